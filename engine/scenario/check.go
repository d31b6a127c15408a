package scenario

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/messages"
)

// Problem is one thing that is not as a check says.
type Problem struct {
	// Line is the expectation's, or the check's for what nobody expected; At is the
	// check's time.
	Line int    `json:"line"`
	At   string `json:"at"`
	Why  string `json:"why"`
	// Want is the expectation; Have is what happened, as the line that would expect
	// it. Either may be empty.
	Want string `json:"want,omitempty"`
	Have string `json:"have,omitempty"`
	// Also is what was passed over since the check before: signals that strategies
	// withheld and ticks that changed no candle. Whoever runs the scenario sets it, on
	// the last problem of a check.
	Also string `json:"also,omitempty"`
}

// String tells it in lines for people.
func (p Problem) String() string {
	text := fmt.Sprintf("line %d, at %s: %s", p.Line, p.At, p.Why)
	if p.Want != "" {
		text += "\n  want  " + p.Want
	}
	if p.Have != "" {
		text += "\n  have  " + p.Have
	}
	if p.Also != "" {
		text += "\n  also  since the check before: " + p.Also
	}
	return text
}

// endLayout is how a candle's end is told.
const endLayout = "15:04:05"

// timeOfDay reads a time as scenarios write it: without seconds, too.
func timeOfDay(word string) (time.Time, error) {
	for _, layout := range []string{"15:04:05.999", "15:04"} {
		if t, err := time.Parse(layout, word); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("time %q: %s", word, wantTime)
}

const wantTime = "want HH:MM:SS, with milliseconds after a point if need be"

func noCandle(words []string) bool {
	return words[0] == "candle" && len(words) > 3 && words[3] == "none"
}

// Check holds what happened since the last check against its lines, and gives what
// is wrong, by lines.
func (j *Journal) Check(c *Check) []Problem {
	var bad []Problem
	wants := make(map[string][]Want)
	for _, w := range c.Wants {
		name := w.Words[0]
		if kindOf(name) != nil && (name != "position" || w.Words[1] != "MODIFIED") {
			wants[name] = append(wants[name], w)
			continue
		}
		if why, have := j.answer(w.Words, c.Zone); why != "" {
			bad = append(bad, Problem{Line: w.Line, Why: why, Want: w.String(), Have: have})
		}
	}
	for _, k := range kinds {
		bad = append(bad, align(wants[k.name], j.since[k.name])...)
	}
	clear(j.since)
	for i := range bad {
		bad[i].At = c.Time
		if bad[i].Line == 0 {
			bad[i].Line = c.Line
		}
	}
	slices.SortStableFunc(bad, func(a, b Problem) int { return a.Line - b.Line })
	return bad
}

// answer answers a line that asks: why it doesn't hold, and what there is instead.
func (j *Journal) answer(words []string, zone *time.Location) (why, have string) {
	switch words[0] {
	case "candle":
		return j.askCandle(words, zone)
	case "indicator":
		return j.askIndicator(words)
	case "position":
		return j.askPosition(words)
	}
	return "", ""
}

// askPosition holds the last update of a position, whatever its event, against a
// line; of the account that the line names, or of any.
func (j *Journal) askPosition(words []string) (why, have string) {
	key := holding{symbol: words[2]}
	for i := 3; i < len(words); i += 2 {
		if words[i] == "of" {
			key.user = words[i+1]
		}
	}
	e := j.held[key]
	if e == nil {
		return "no position was told of", ""
	}
	why = e.differs(append([]string{"position", e.head[1]}, words[2:]...))
	return why, e.String()
}

// askCandle holds a closed candle, the last one or the one with the end that the
// line gives, against SYMBOL TIMEFRAME OPEN HIGH LOW CLOSE, or none.
func (j *Journal) askCandle(words []string, zone *time.Location) (why, have string) {
	end := ""
	if i := slices.Index(words, "end"); i > 0 {
		end = words[i+1]
	}
	var found *event
	for _, u := range j.closed[series{words[1], words[2]}] {
		if e := candleEvent(u, zone); end == "" || e.facts[1][1] == end {
			found = e
		}
	}
	switch {
	case found == nil && noCandle(words):
		return "", ""
	case found == nil && end != "":
		return "no candle has closed with that end", ""
	case found == nil:
		return "no candle has closed", ""
	case noCandle(words):
		return "there is one", found.String()
	}
	return found.differs(words), found.String()
}

func candleEvent(u *messages.IndicatorUpdate, zone *time.Location) *event {
	f := u.Forming
	return &event{
		head: []string{"candle", u.Symbol, u.Timeframe, f.Open.String(), f.High.String(), f.Low.String(), f.Close.String()},
		facts: [][2]string{
			{"volume", f.Volume.String()}, {"end", time.UnixMilli(u.TimeMs + 1).In(zone).Format(endLayout)}, {"quality", f.Quality.String()},
		},
	}
}

// askIndicator holds the last value against SYMBOL TIMEFRAME NAME VALUE, to the
// digits of VALUE.
func (j *Journal) askIndicator(words []string) (why, have string) {
	of := series{words[1], words[2]}
	u := j.latest[of]
	if words[4] != "none" {
		if why := j.unasked(of, words[3]); why != "" {
			return why, ""
		}
	}
	if u == nil {
		return "there was no update", ""
	}
	i := slices.IndexFunc(u.Indicators, func(v messages.IndicatorValue) bool { return v.Name == words[3] })
	switch {
	case i < 0 && words[4] == "none":
		return "", ""
	case i < 0:
		return "it has no value yet", ""
	}
	value := u.Indicators[i].Value
	have = strings.Join(append(slices.Clone(words[:4]), strconv.FormatFloat(value, 'g', -1, 64)), " ")
	if words[4] == "none" {
		return "it has a value", have
	}
	want, err := strconv.ParseFloat(words[4], 64)
	if err != nil {
		panic(err) // Parse takes numbers and none alone
	}
	_, digits, _ := strings.Cut(words[4], ".")
	if !(math.Abs(value-want) <= 0.5*math.Pow10(-len(digits))*(1+1e-9)) {
		return "it is another value", have
	}
	return "", ""
}
