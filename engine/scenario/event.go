package scenario

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
)

// kind is a kind of what happens: how a line tells of it, and where its words stand
// in the JSON of its records.
type kind struct {
	name string
	head []place // the words after the name, which every line has
	// facts are in the order in which they are shown.
	facts []place
	// zeros: a fact that is 0 is told, too.
	zeros bool
	// open: what the JSON's "data" has are facts, too, by their own names.
	open bool
}

// place is a word of a line: its name, its path in the JSON, and what it may be. A
// letter's refusal has no path, nor has what lines ask for.
type place struct {
	name, path string
	value      value
}

// kinds are those of which every event must be expected, in the order in which
// they are told.
var kinds = []*kind{
	{
		name: "signal",
		head: []place{{"ACTION", "signal.action", actions}, {"SYMBOL", "symbol", symbol}},
		facts: []place{
			{"by", "strategy_id", giver},
			{"quantity", "signal.quantity", number},
			{"price", "signal.price", number},
			{"stoploss", "signal.stoploss", number},
			{"target", "signal.target", number},
			{"trail", "signal.trailing_stop", number},
			{"trigger", "signal.trigger_price", number},
			{"validity", "signal.validity", validities},
			{"cancel", "signal.cancel", cancels},
			{"confidence", "signal.confidence", number},
		},
	},
	{
		name: "order",
		head: []place{{"EVENT", "event_type", orderEvents}, {"SIDE", "order.transaction_type", sides}, {"QUANTITY", "order.quantity", number}, {"SYMBOL", "symbol", symbol}},
		facts: []place{
			{"by", "strategy_id", giver},
			{"type", "order.order_type", orderTypes},
			{"price", "order.price", number},
			{"trigger", "order.trigger_price", number},
			{"validity", "order.validity", validities},
			{"filled", "execution.filled_quantity", number},
			{"at", "execution.average_price", number},
			{"fees", "execution.fees", number},
			{"status", "order.status", statuses},
			{"reason", "order.reason", orderReasons},
			{"book", "order.book_id", giver},
			{"detail", "order.detail", anything},
		},
	},
	{
		name: "position",
		head: []place{{"EVENT", "event_type", positionEvents}, {"SYMBOL", "symbol", symbol}},
		facts: []place{
			{"of", "user_id", user},
			{"quantity", "position.quantity", number},
			{"at", "position.average_price", number},
			{"now", "position.current_price", number},
			{"open", "position.unrealized_pnl", number},
			{"made", "position.realized_pnl", number},
			{"fees", "position.fees", number},
		},
		zeros: true,
	},
	{
		name: "alert", head: []place{{"SEVERITY", "severity", severities}, {"TYPE", "alert_type", alertTypes}},
		facts: []place{{"of", "user_id", user}, {"message", "message", anything}},
		zeros: true, open: true,
	},
	{
		name: "letter", head: []place{{"REASON", "reason", letterReasons}},
		facts: []place{{"reason", "", letterFacts}, {"topic", "topic", topics}, {"stage", "stage", stages}, {"error", "error", anything}},
	},
}

func kindOf(name string) *kind {
	i := slices.IndexFunc(kinds, func(k *kind) bool { return k.name == name })
	if i < 0 {
		return nil
	}
	return kinds[i]
}

// event is what happened, as words: a head and facts, each a name and a value.
type event struct {
	head  []string
	facts [][2]string
}

// read makes an event of a record's JSON.
func (k *kind) read(text []byte) (*event, error) {
	var tree map[string]any
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber() // money stays exact
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("%s: %w", k.name, err)
	}
	e := &event{head: []string{k.name}}
	for _, p := range k.head {
		e.head = append(e.head, word(at(tree, p.path)))
	}
	for _, p := range k.facts {
		v := word(at(tree, p.path))
		if p.path == "" {
			v = refusal(tree)
		}
		if v != "" && (v != "0" || k.zeros) {
			e.facts = append(e.facts, [2]string{p.name, v})
		}
	}
	if data, ok := tree["data"].(map[string]any); ok && k.open {
		for _, name := range sortedKeys(data) {
			e.facts = append(e.facts, [2]string{name, word(data[name])})
		}
	}
	return e, nil
}

// refusal gives the reason of a dead letter: the code with which an account refused,
// or else the letter's own.
func refusal(letter map[string]any) string {
	text, _ := letter["error"].(string)
	if code, _, ok := strings.Cut(strings.TrimPrefix(text, "refused: "), ": "); ok && strings.HasPrefix(text, "refused: ") {
		return code
	}
	return word(letter["reason"])
}

// rename gives the strategies that have another name that one.
func (e *event) rename(names map[string]string) {
	for i, f := range e.facts {
		if name := names[f[1]]; name != "" && (f[0] == "by" || f[0] == "book") {
			e.facts[i][1] = name
		}
	}
}

// String gives the line that would expect all of it.
func (e *event) String() string {
	words := slices.Clone(e.head)
	for _, f := range e.facts {
		words = append(words, f[0], f[1])
	}
	return strings.Join(words, " ")
}

// differs tells how an event is not what a line says, "" when it is.
func (e *event) differs(words []string) string {
	head := len(e.head)
	for i := range head {
		if !same(e.head[i], words[i]) {
			return fmt.Sprintf("%s is not %s", e.head[i], words[i])
		}
	}
	for i := head; i < len(words); i += 2 {
		at := slices.IndexFunc(e.facts, func(f [2]string) bool { return f[0] == words[i] })
		if at < 0 {
			return fmt.Sprintf("it has no %s", words[i])
		}
		if !same(e.facts[at][1], words[i+1]) {
			return fmt.Sprintf("%s is %s", words[i], e.facts[at][1])
		}
	}
	return ""
}

// same compares words; numbers by their value.
func same(a, b string) bool {
	if a == b {
		return true
	}
	x, err := decimal.Parse(a)
	if err != nil {
		return false
	}
	y, err := decimal.Parse(b)
	return err == nil && x == y
}

// at gives what stands at a path, nil when nothing does.
func at(tree map[string]any, path string) any {
	var v any = tree
	for name := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// word writes a JSON value as one word: a list with commas, an empty one as "none",
// a space as "_".
func word(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		if len(v) == 0 {
			return "none"
		}
		words := make([]string, len(v))
		for i := range v {
			words[i] = word(v[i])
		}
		return strings.Join(words, ",")
	case map[string]any:
		words := make([]string, 0, len(v))
		for _, name := range sortedKeys(v) {
			words = append(words, name+"="+word(v[name]))
		}
		return strings.Join(words, ",")
	}
	return strings.ReplaceAll(fmt.Sprint(v), " ", "_")
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
