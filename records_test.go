package velox_test

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

const recordsPage = "docs/records.md"

// recordKind is what a section of the page tells of: again decodes an example and encodes
// it again, which leaves out what the decoder doesn't know, and full is a record that has
// all fields.
type recordKind struct {
	again func([]byte) ([]byte, error)
	full  []byte
}

func recordKinds(t *testing.T) map[string]recordKind {
	one := decimal.FromInt(1)
	tick := &market.Tick{
		Symbol: "S", Exchange: "E", TimeMs: 1, Price: one, Volume: one, Open: one, High: one, Low: one, Close: one, Type: "t", Source: "s",
	}
	candle := &messages.OHLCV{Open: one, High: one, Low: one, Close: one, Volume: one, Quality: market.Partial}
	update := &messages.IndicatorUpdate{Symbol: "S", Timeframe: "1min", TimeMs: 1, Indicators: []messages.IndicatorValue{{Name: "NAME"}}, Forming: candle}
	signal := messages.Signal{
		StrategyID: "s", Symbol: "S", TimeMs: 1, Action: messages.Buy, Price: one, Quantity: one, StopLoss: one, Target: one,
		TriggerPrice: one, TrailingStop: one, Validity: "DAY", Cancel: true, Indicators: []messages.NamedValue{{Name: "NAME"}},
	}
	request := messages.Signal{StrategyID: "s", Symbol: "S", TimeMs: 1, Action: messages.Hold, Timeframe: "1min"}
	return map[string]recordKind{
		"Tick": {func(b []byte) ([]byte, error) {
			err := messages.DecodeTick(b, tick, messages.NewInterner())
			return messages.AppendTick(nil, tick), err
		}, messages.AppendTick(nil, tick)},
		"Indicator update": {func(b []byte) ([]byte, error) {
			err := messages.DecodeUpdate(b, update)
			return messages.AppendUpdate(nil, update), err
		}, messages.AppendUpdate(nil, update)},
		"Signal":          {again(messages.DecodeSignal, messages.AppendSignal), messages.AppendSignal(nil, &signal)},
		"Request":         {again(messages.DecodeSignal, messages.AppendSignal), messages.AppendSignal(nil, &request)},
		"Order event":     {again(messages.DecodeOrderEvent, messages.AppendOrderEvent), filled[messages.OrderEvent](t)},
		"Position update": {again(messages.DecodePosition, messages.AppendPosition), filled[messages.PositionUpdate](t)},
		"Risk alert":      {again(messages.DecodeAlert, messages.AppendAlert), filled[messages.RiskAlert](t)},
		"Account command": {again(messages.DecodeCommand, messages.AppendCommand), filled[messages.Command](t)},
		"Strategy owner":  {again(messages.DecodeStrategyOwner, messages.AppendStrategyOwner), filled[messages.StrategyOwner](t)},
		"Dead letter":     {again(messages.DecodeDeadLetter, messages.AppendDeadLetter), filled[messages.DeadLetter](t)},
	}
}

func again[T any](decode func([]byte) (T, error), encode func([]byte, *T) []byte) func([]byte) ([]byte, error) {
	return func(b []byte) ([]byte, error) {
		v, err := decode(b)
		return encode(nil, &v), err
	}
}

// filled gives a record whose fields all say something.
func filled[T any](t *testing.T) []byte {
	t.Helper()
	var v T
	fill(reflect.ValueOf(&v).Elem())
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case decimal.Decimal:
		v.Set(reflect.ValueOf(decimal.FromInt(1)))
		return
	case json.RawMessage:
		v.Set(reflect.ValueOf(json.RawMessage("1")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Map:
		v.Set(reflect.ValueOf(messages.Places{"t": {1}}))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

// paths are the fields of an object, those of objects in it after a dot. What is in
// answers, until and data is Velox's own.
func paths(t *testing.T, b []byte) []string {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal(b, &object); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	var all []string
	var walk func(prefix string, object map[string]any)
	walk = func(prefix string, object map[string]any) {
		for key, value := range object {
			inner, ok := value.(map[string]any)
			if ok && key != "until" {
				walk(prefix+key+".", inner)
				continue
			}
			all = append(all, prefix+key)
		}
	}
	walk("", object)
	return slices.Sorted(slices.Values(all))
}

var (
	jsonExample = regexp.MustCompile("(?s)```json\n(.*?)```")
	quotedWord  = regexp.MustCompile("`([^`]+)`")
)

// section gives the text under a heading of the page.
func section(t *testing.T, heading string) string {
	t.Helper()
	page, err := os.ReadFile(recordsPage)
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(page), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("%s has no section %q", recordsPage, heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// table gives the rows of the table whose head begins with a word, as cells.
func table(t *testing.T, text, head string) [][]string {
	t.Helper()
	_, text, ok := strings.Cut(text, "| "+head+" |")
	if !ok {
		t.Fatalf("%s: no table of %s", recordsPage, head)
	}
	var rows [][]string
	for _, line := range strings.Split(text, "\n")[2:] {
		if !strings.HasPrefix(line, "| ") {
			break
		}
		rows = append(rows, strings.Split(strings.Trim(line, "| "), " | "))
	}
	return rows
}

// firsts are the words in the first cells.
func firsts(rows [][]string) []string {
	var words []string
	for _, row := range rows {
		for _, m := range quotedWord.FindAllStringSubmatch(row[0], -1) {
			words = append(words, m[1])
		}
	}
	return slices.Sorted(slices.Values(words))
}

func sameWords(t *testing.T, what string, page, code []string) {
	t.Helper()
	if slices.Sort(code); !slices.Equal(page, code) {
		t.Errorf("%s: the page has %v, the code %v", what, page, code)
	}
}

// TestRecordExamples: the examples of the page are what the decoders of their topics read,
// all of them, and the tables have the fields that there are.
func TestRecordExamples(t *testing.T) {
	for heading, kind := range recordKinds(t) {
		text := section(t, heading)
		sameWords(t, heading, firsts(table(t, text, "field")), paths(t, kind.full))
		examples := jsonExample.FindAllStringSubmatch(text, -1)
		if len(examples) == 0 {
			t.Errorf("%s has no example", heading)
		}
		for _, m := range examples {
			again, err := kind.again([]byte(m[1]))
			if err != nil {
				t.Errorf("%s: %v: %s", heading, err, m[1])
				continue
			}
			var page, code any
			if json.Unmarshal([]byte(m[1]), &page) != nil || json.Unmarshal(again, &code) != nil || !reflect.DeepEqual(page, code) {
				t.Errorf("%s: %s\nis read as %s", heading, m[1], again)
			}
		}
	}
	var types []string
	for _, row := range table(t, section(t, "Account command"), "field") {
		if strings.Contains(row[0], "`type`") {
			types = firsts([][]string{{row[2]}})
		}
	}
	sameWords(t, "types of commands", types, account.CommandTypes())
}

// TestRecordLists: topics, headers and reasons of the page are those of the code.
func TestRecordLists(t *testing.T) {
	c, err := configs.Load(configs.Sources{Demo: configs.DemoOff})
	if err != nil {
		t.Fatal(err)
	}
	var set kafka.TopicSet
	if err := c.DecodeTopics(&set); err != nil {
		t.Fatal(err)
	}
	var shipped, told []string
	for _, topic := range set.Topics {
		shipped = append(shipped, strings.Join([]string{"`" + topic.Name + "`", strconv.Itoa(int(topic.Partitions)), kept(&topic)}, " "))
	}
	for _, row := range table(t, section(t, "Topics"), "topic") {
		told = append(told, strings.Join([]string{row[0], row[2], row[3]}, " "))
	}
	slices.Sort(told)
	sameWords(t, "topics", told, shipped)
	sameWords(t, "headers", firsts(table(t, section(t, "Headers"), "header")),
		constants(t, `\n\tHeader\w+ += "([^"]+)"`, "messages/topics.go"))
	sameWords(t, "reasons", firsts(table(t, section(t, "Dead letter"), "reason")),
		constants(t, `\n\t[rR]eason\w+ += "([^"]+)"`, "messages/errors.go", "actors/deadletter.go"))
	for _, schema := range constants(t, `[sS]chema\w+ += "([^"]+/1)"`, "actors/effects.go", "messages/opening.go") {
		if !strings.Contains(section(t, "Headers"), "`"+schema+"`") {
			t.Errorf("headers: the page doesn't name the schema %s", schema)
		}
	}
}

// kept tells how long a topic keeps its records.
func kept(topic *kafka.Topic) string {
	const hour = 3_600_000
	hours := topic.RetentionMs / hour
	switch {
	case topic.CleanupPolicy == "compact":
		return "compacted"
	case hours%24 == 0:
		return plural(hours/24, "day")
	default:
		return plural(hours, "hour")
	}
}

func plural(n int64, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return strconv.FormatInt(n, 10) + " " + unit
}

// constants are what a pattern finds in sources, each once.
func constants(t *testing.T, pattern string, files ...string) []string {
	t.Helper()
	found := make(map[string]bool)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}
