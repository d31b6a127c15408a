package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/spelling"
	"github.com/velox-trading/velox/trading/zone"
)

// File is a scenario.
type File struct {
	Name string
	// Config is YAML of Velox's settings, and ConfigFile, beside the scenario, a file
	// of them; at most one of the two. Neither: the defaults.
	Config, ConfigFile string
	Steps              []Step

	given map[string]bool // words that commands and records bring along
}

// Step is one input, or one check; exactly one field beside Line is set.
type Step struct {
	Line  int
	Tick  *market.Tick
	Write *messages.Out
	// Restart ends all shards and starts them again from what they have saved.
	Restart bool
	Check   *Check

	column int // of a record's topic
}

// Check is what must have happened by a time.
type Check struct {
	Line  int
	Time  string
	Zone  *time.Location
	Wants []Want

	broken bool // it, or a line of it, could not be read
}

// Want is one expectation: the words of its line.
type Want struct {
	Line  int
	Words []string

	columns []int // of the words
}

// String gives the line.
func (w Want) String() string { return strings.Join(w.Words, " ") }

// maxSteps bounds a scenario: it is read by people.
const maxSteps = 100_000

type parser struct {
	file     *File
	line     int
	mistakes []Mistake
	// broken: the statement before was written wrong, so the lines below it that are
	// indented have nowhere to belong.
	broken   bool
	date     string
	zone     *time.Location
	exchange string
	source   string
	commands int
	newestMs int64 // of the ticks
}

// Parse reads a scenario; name stands for it in errors. The error is *Mistakes, of
// all lines; the file has then what could be read of it.
func Parse(name, text string) (*File, error) {
	p := parser{file: &File{Name: name, given: make(map[string]bool)}, date: "2024-01-01", zone: time.UTC}
	lines := strings.Split(text, "\n")
	for p.line < len(lines) && len(p.file.Steps) <= maxSteps {
		line := lines[p.line]
		p.line++
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		indented := line[0] == ' ' || line[0] == '\t'
		var err error
		switch {
		case indented && p.broken:
		case indented:
			err = p.want(line)
		case strings.HasPrefix(trimmed, "config:"):
			err = p.config(trimmed, lines)
			p.broken = err != nil
		default:
			err = p.statement(trimmed)
			p.broken = err != nil && !strings.HasPrefix(trimmed, "at ")
		}
		if err != nil {
			p.wrong(line, err)
			p.giveLine(line)
		}
	}
	p.whole()
	if len(p.mistakes) == 0 {
		return p.file, nil
	}
	bad := &Mistakes{name, p.mistakes}
	bad.Sort()
	return p.file, bad
}

// whole finds what is wrong with the file, once all lines are read.
func (p *parser) whole() {
	unread := len(p.mistakes) > 0
	ticks, checks := false, false
	for _, s := range p.file.Steps {
		ticks, checks = ticks || s.Tick != nil, checks || s.Check != nil
		if s.Check != nil && len(s.Check.Wants) == 0 && !s.Check.broken {
			p.mistakes = append(p.mistakes, Mistake{s.Line, 1, fmt.Sprintf("at %s checks nothing; want lines below it, indented, such as \"nothing\" when nothing may have happened", s.Check.Time)})
		}
	}
	p.vocabulary()
	switch {
	case len(p.file.Steps) > maxSteps:
		p.mistakes = append(p.mistakes, Mistake{What: fmt.Sprintf("more than %d steps", maxSteps)})
	case unread: // more steps may have been meant
	case !checks:
		p.mistakes = append(p.mistakes, Mistake{What: "checks nothing; want at least one \"at TIME\""})
	case !ticks:
		p.mistakes = append(p.mistakes, Mistake{What: "has no ticks"})
	}
}

// config takes the indented lines that follow, or the name of a file.
func (p *parser) config(line string, lines []string) error {
	if p.file.Config != "" || p.file.ConfigFile != "" {
		return fmt.Errorf("config: stands here a second time")
	}
	name := strings.TrimSpace(strings.SplitN(strings.TrimPrefix(line, "config:"), " # ", 2)[0])
	if p.file.ConfigFile = name; name != "" {
		return nil
	}
	p.file.Config = strings.Repeat("\n", p.line) // so that its errors have the scenario's lines
	for p.line < len(lines) {
		line := lines[p.line]
		if strings.TrimSpace(line) != "" && line[0] != ' ' && line[0] != '\t' {
			break
		}
		p.file.Config += line + "\n"
		p.line++
	}
	return nil
}

func (p *parser) add(s Step) {
	s.Line = p.line
	p.file.Steps = append(p.file.Steps, s)
}

func (p *parser) want(line string) error {
	n := len(p.file.Steps)
	if n == 0 || p.file.Steps[n-1].Check == nil {
		return fmt.Errorf("an indented line belongs to a check; want \"at TIME\" before it")
	}
	c := p.file.Steps[n-1].Check
	words := strings.Fields(strings.SplitN(line, " # ", 2)[0])
	if err := checkForm(words); err != nil {
		c.broken = true
		return err
	}
	if i := slices.Index(words, "end"); i > 0 && words[0] == "candle" {
		if end, err := timeOfDay(words[i+1]); err == nil {
			words[i+1] = end.Format(endLayout)
		}
	}
	c.Wants = append(c.Wants, Want{Line: p.line, Words: words, columns: columnsOf(line)})
	return nil
}

// statements are the words with which statements begin, save for a tick's time.
var statements = []string{"date", "zone", "exchange", "source", "config:", "every", "command", "record", "restart", "at"}

func (p *parser) statement(line string) error {
	words := strings.Fields(strings.SplitN(line, " # ", 2)[0])
	switch words[0] {
	case "date":
		return p.setDate(words)
	case "zone":
		return p.setZone(words)
	case "exchange":
		return setWord(&p.exchange, words)
	case "source":
		return setWord(&p.source, words)
	case "every":
		return p.every(words)
	case "command":
		return p.command(line)
	case "record":
		return p.record(line)
	case "restart":
		if len(words) != 1 {
			return atWord(1, fmt.Errorf("want \"restart\" alone"))
		}
		p.add(Step{Restart: true})
		return nil
	case "at":
		return p.check(words)
	}
	ms, err := p.time(words[0])
	if err != nil {
		return fmt.Errorf("%q is no statement: %swant a tick (TIME SYMBOL PRICE), %s", line, spelling.Hint(words[0], statements), strings.Join(statements, ", "))
	}
	return p.tick(ms, words[1:])
}

// check begins one: its time must not be before a tick that it waits for.
func (p *parser) check(words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("want \"at TIME\"")
	}
	// The check is there in any case: the lines below it belong to it.
	p.add(Step{Check: &Check{Line: p.line, Time: words[1], Zone: p.zone}})
	ms, err := p.time(words[1])
	if err == nil && ms < p.newestMs {
		err = fmt.Errorf("at %s comes before the tick of %s above", words[1], time.UnixMilli(p.newestMs).In(p.zone).Format("2006-01-02 15:04:05.999"))
	}
	if err != nil {
		p.file.Steps[len(p.file.Steps)-1].Check.broken = true
	}
	return atWord(1, err)
}

func setWord(to *string, words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("want \"%s NAME\"", words[0])
	}
	*to = words[1]
	return nil
}

func (p *parser) setDate(words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("want \"date YYYY-MM-DD\"")
	}
	if _, err := time.Parse(time.DateOnly, words[1]); err != nil {
		return atWord(1, fmt.Errorf("date %q: want YYYY-MM-DD", words[1]))
	}
	p.date = words[1]
	return nil
}

func (p *parser) setZone(words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("want \"zone NAME\", as in \"zone Asia/Kolkata\"")
	}
	location, err := zone.Load(words[1])
	if err != nil {
		return atWord(1, fmt.Errorf("zone %q: want an IANA time zone, such as Asia/Kolkata or UTC", words[1]))
	}
	p.zone = location
	return nil
}

// time reads a time of the present date.
func (p *parser) time(word string) (int64, error) {
	clock, err := timeOfDay(word)
	if err != nil {
		return 0, err
	}
	t, err := time.ParseInLocation(time.DateOnly+" 15:04:05.999", p.date+" "+clock.Format("15:04:05.999"), p.zone)
	return t.UnixMilli(), err
}

// tick reads SYMBOL PRICE [x VOLUME].
func (p *parser) tick(ms int64, words []string) error {
	if len(words) != 2 && (len(words) != 4 || words[2] != "x") {
		return fmt.Errorf("want TIME SYMBOL PRICE, and after it x VOLUME or nothing")
	}
	volume := "1"
	if len(words) == 4 {
		volume = words[3]
	}
	return p.addTick(ms, words[0], words[1], volume)
}

// addTick adds one; its error names the price and the volume that are none.
func (p *parser) addTick(ms int64, symbol, price, volume string) error {
	t := market.Tick{Symbol: symbol, Exchange: p.exchange, TimeMs: ms, Source: p.source, Type: "trade"}
	var err, bad error
	if t.Price, bad = decimal.Parse(price); bad != nil {
		err = atWord(2, fmt.Errorf("price %q: %w", price, bad))
	}
	if t.Volume, bad = decimal.Parse(volume); bad != nil {
		err = errors.Join(err, atWord(4, fmt.Errorf("volume %q: %w", volume, bad)))
	}
	if err != nil {
		return err
	}
	p.newestMs = max(p.newestMs, ms)
	p.add(Step{Tick: &t})
	return nil
}

// command reads "command TIME USER TYPE {data}".
func (p *parser) command(line string) error {
	words, data := cut(line, 4)
	if len(words) < 4 {
		return fmt.Errorf("want \"command TIME USER TYPE {data}\"")
	}
	ms, err := p.time(words[1])
	if err != nil {
		return atWord(1, err)
	}
	if data == "" {
		data = "{}"
	}
	if !json.Valid([]byte(data)) {
		return atWord(4, fmt.Errorf("data of the command: want JSON: %s", data))
	}
	p.file.given[words[2]] = true
	p.give(data)
	p.commands++
	c := messages.Command{
		CommandID: fmt.Sprintf("%s/%d", p.file.Name, p.commands), UserID: words[2], TimeMs: ms, Type: words[3], Data: json.RawMessage(data),
	}
	p.add(Step{Write: &messages.Out{
		Topic: messages.TopicCommands, Partition: messages.AnyPartition, Key: []byte(c.UserID), Value: messages.AppendCommand(nil, &c),
	}})
	return nil
}

// record reads "record TOPIC KEY VALUE".
func (p *parser) record(line string) error {
	words, value := cut(line, 3)
	if value == "" {
		return fmt.Errorf("want \"record TOPIC KEY VALUE\"")
	}
	p.file.given[words[2]] = true
	p.give(value)
	p.add(Step{column: columnsOf(line)[1], Write: &messages.Out{
		Topic: words[1], Partition: messages.AnyPartition, Key: []byte(words[2]), Value: []byte(value),
	}})
	return nil
}

// cut gives the first n words of a line, or fewer, and the rest as it stands.
func cut(line string, n int) (words []string, rest string) {
	rest = line
	for len(words) < n && rest != "" {
		word, after, _ := strings.Cut(rest, " ")
		words, rest = append(words, word), strings.TrimLeft(after, " ")
	}
	return words, rest
}
