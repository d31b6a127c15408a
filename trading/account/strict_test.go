package account

import (
	"encoding/json"
	"maps"
	"testing"
)

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
