package scenario

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // times must not depend on the machine's zone files

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// File is a scenario.
type File struct {
	Name string
	// Config is YAML of Velox's settings, and ConfigFile, beside the scenario, a file
	// of them; at most one of the two. Neither: the defaults.
	Config, ConfigFile string
	Steps              []Step
}

// Step is one input, or one check; exactly one field beside Line is set.
type Step struct {
	Line  int
	Tick  *market.Tick
	Write *messages.Out
	// Restart ends all shards and starts them again from what they have saved.
	Restart bool
	Check   *Check
}

// Check is what must have happened by a time.
type Check struct {
	Line  int
	Time  string
	Zone  *time.Location
	Wants []Want
}

// Want is one expectation: the words of its line.
type Want struct {
	Line  int
	Words []string
}

// String gives the line.
func (w Want) String() string { return strings.Join(w.Words, " ") }

// maxSteps bounds a scenario: it is read by people.
const maxSteps = 100_000

type parser struct {
	file     *File
	line     int
	date     string
	zone     *time.Location
	exchange string
	source   string
	commands int
	newestMs int64 // of the ticks
}

// Parse reads a scenario; name stands for it in errors, which name the line, too.
func Parse(name, text string) (*File, error) {
	p := parser{file: &File{Name: name}, date: "2024-01-01", zone: time.UTC}
	lines := strings.Split(text, "\n")
	for p.line < len(lines) {
		line := lines[p.line]
		p.line++
		trimmed := strings.TrimSpace(line)
		var err error
		switch indented := line != "" && (line[0] == ' ' || line[0] == '\t'); {
		case trimmed == "" || trimmed[0] == '#':
		case strings.HasPrefix(trimmed, "config:") && !indented:
			err = p.config(trimmed, lines)
		case indented:
			err = p.want(trimmed)
		default:
			err = p.statement(trimmed)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, p.line, err)
		}
		if len(p.file.Steps) > maxSteps {
			return nil, fmt.Errorf("%s: more than %d steps", name, maxSteps)
		}
	}
	if !slices.ContainsFunc(p.file.Steps, func(s Step) bool { return s.Check != nil }) {
		return nil, fmt.Errorf("%s: checks nothing; want at least one \"at TIME\"", name)
	}
	return p.file, nil
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
	words := strings.Fields(strings.SplitN(line, " # ", 2)[0])
	if err := checkWords(words); err != nil {
		return err
	}
	c := p.file.Steps[n-1].Check
	c.Wants = append(c.Wants, Want{Line: p.line, Words: words})
	return nil
}

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
			return fmt.Errorf("want \"restart\" alone")
		}
		p.add(Step{Restart: true})
		return nil
	case "at":
		return p.check(words)
	}
	ms, err := p.time(words[0])
	if err != nil {
		return fmt.Errorf("%q is no statement; want a tick (TIME SYMBOL PRICE), date, zone, exchange, source, config:, every, command, record, restart, or at", line)
	}
	return p.tick(ms, words[1:])
}

// check begins one: its time must not be before a tick that it waits for.
func (p *parser) check(words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("want \"at TIME\"")
	}
	ms, err := p.time(words[1])
	if err != nil {
		return err
	}
	if ms < p.newestMs {
		return fmt.Errorf("at %s comes before the tick of %s above", words[1], time.UnixMilli(p.newestMs).In(p.zone).Format("2006-01-02 15:04:05.999"))
	}
	p.add(Step{Check: &Check{Line: p.line, Time: words[1], Zone: p.zone}})
	return nil
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
		return fmt.Errorf("date %q: want YYYY-MM-DD", words[1])
	}
	p.date = words[1]
	return nil
}

func (p *parser) setZone(words []string) (err error) {
	if len(words) != 2 {
		return fmt.Errorf("want \"zone NAME\", as in \"zone Asia/Kolkata\"")
	}
	p.zone, err = time.LoadLocation(words[1])
	return err
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

func (p *parser) addTick(ms int64, symbol, price, volume string) error {
	t := market.Tick{Symbol: symbol, Exchange: p.exchange, TimeMs: ms, Source: p.source, Type: "trade"}
	var err error
	if t.Price, err = decimal.Parse(price); err != nil {
		return fmt.Errorf("price %q: %w", price, err)
	}
	if t.Volume, err = decimal.Parse(volume); err != nil {
		return fmt.Errorf("volume %q: %w", volume, err)
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
		return err
	}
	if data == "" {
		data = "{}"
	}
	if !json.Valid([]byte(data)) {
		return fmt.Errorf("data of the command: want JSON: %s", data)
	}
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
	p.add(Step{Write: &messages.Out{
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
