package account

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

// TestNesting: data nests 8 deep at the most, in lists as in objects.
func TestNesting(t *testing.T) {
	for _, kind := range []struct{ opens, closes, path string }{{"[", "]", "[0]"}, {`{"a":`, "}", ".a"}} {
		nested := func(depth int) error {
			return strict([]byte(strings.Repeat(kind.opens, depth) + "1" + strings.Repeat(kind.closes, depth)))
		}
		if err := nested(maxDepth); err != nil {
			t.Errorf("%d deep: %v", maxDepth, err)
		}
		want := "data" + strings.Repeat(kind.path, maxDepth+1) + ": nested more than 8 deep"
		if err := nested(maxDepth + 1); err == nil || err.Error() != want {
			t.Errorf("%d deep: %v, want %s", maxDepth+1, err, want)
		}
	}
}

// TestRuleTexts: a rule is a text, or a number or a boolean that stands for its text.
func TestRuleTexts(t *testing.T) {
	var got RuleTexts
	if err := json.Unmarshal([]byte(`{"a": "close > 1", "b": 2.50, "c": true, "d": false}`), &got); err != nil {
		t.Fatal(err)
	}
	if want := (RuleTexts{"a": "close > 1", "b": "2.50", "c": "true", "d": "false"}); !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
	for _, value := range []string{`{}`, `{"x": 1}`, `[]`, `["close > 1"]`, `null`} {
		err := json.Unmarshal([]byte(`{"entry_long": `+value+`}`), &got)
		if err == nil || err.Error() != "rules.entry_long: want a text, a number or a boolean" {
			t.Errorf("%s gives %v", value, err)
		}
	}
}
