package scenario

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/messages"
)

// unsaid are fields of the wire that lines don't tell: times and ids, which nobody
// checks by head, and what follows from others.
var unsaid = map[string][]string{
	"order":    {"order_id", "timestamp", "execution.execution_time"},
	"position": {"position_id", "timestamp", "position.status"},
	"alert":    {"alert_id", "timestamp", "data"},
	"letter":   {"partition", "offset", "length", "hash", "data"},
}

// TestEveryFieldCanBeTold: a field that comes to the wire is a fact, or is left
// out on purpose; and no fact stands where there is no field.
func TestEveryFieldCanBeTold(t *testing.T) {
	for name, message := range map[string]any{
		"order": messages.OrderEvent{}, "position": messages.PositionUpdate{}, "alert": messages.RiskAlert{}, "letter": messages.DeadLetter{},
	} {
		told := slices.Clone(unsaid[name])
		for _, p := range slices.Concat(kindOf(name).head, kindOf(name).facts) {
			if p.path != "" {
				told = append(told, p.path)
			}
		}
		paths := leaves(reflect.TypeOf(message), "")
		slices.Sort(told)
		slices.Sort(paths)
		if !slices.Equal(told, paths) {
			t.Errorf("%s has the fields\n%v\nand tells of\n%v", name, paths, told)
		}
	}
}

// leaves gives the paths of all fields in the JSON of a type.
func leaves(t reflect.Type, prefix string) []string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.NumField() == 0 || !t.Field(0).IsExported() {
		return []string{strings.TrimSuffix(prefix, ".")}
	}
	var paths []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		paths = append(paths, leaves(t.Field(i).Type, prefix+name+".")...)
	}
	return paths
}

// TestWords: an alert's data are told whatever they are, and a word has no spaces.
func TestWords(t *testing.T) {
	e, err := kindOf("alert").read([]byte(`{"severity":"INFO","alert_type":"SYSTEM","user_id":"a","message":"all is well",
		"data":{"n":-0.10,"list":["x",2],"empty":[],"tree":{"b":true,"a":"c d"},"zero":0}}`))
	if err != nil {
		t.Fatal(err)
	}
	const want = "alert INFO SYSTEM of a message all_is_well empty none list x,2 n -0.10 tree a=c_d,b=true zero 0"
	if e.String() != want {
		t.Errorf("gives %q, want %q", e, want)
	}
	for line, why := range map[string]string{
		want:                                "",
		"alert INFO SYSTEM n -0.1":          "",
		"alert INFO SYSTEM n 0.1":           "n is -0.10",
		"alert INFO SYSTEM list x":          "list is x,2",
		"alert INFO SYSTEM none 1":          "it has no none",
		"alert WARNING SYSTEM":              "INFO is not WARNING",
		"alert INFO SYSTEM message nothing": "message is all_is_well",
	} {
		if got := e.differs(strings.Fields(line)); got != why {
			t.Errorf("%s gives %q, want %q", line, got, why)
		}
	}
}

// TestRefusals: a letter's reason is the code with which an account refused, or its
// own.
func TestRefusals(t *testing.T) {
	for text, want := range map[string]string{
		`{"reason":"COMMAND_REFUSED","error":"refused: NO_SUCH_ORDER: order x is not open"}`: "letter COMMAND_REFUSED reason NO_SUCH_ORDER error refused:_NO_SUCH_ORDER:_order_x_is_not_open",
		`{"reason":"UNCLAIMED","error":"no account: none"}`:                                  "letter UNCLAIMED reason UNCLAIMED error no_account:_none",
		`{"reason":"MALFORMED"}`: "letter MALFORMED reason MALFORMED",
	} {
		e, err := kindOf("letter").read([]byte(text))
		if err != nil || e.String() != want {
			t.Errorf("%s gives %v, %v; want %q", text, e, err, want)
		}
	}
}
