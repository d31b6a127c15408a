package chaos

import (
	"slices"
	"strings"
	"testing"

	"github.com/velox-trading/velox/sim/check"
)

// TestCompareTicks: whatever befalls a tick on its way to the topic is found, and
// counts as what it is.
func TestCompareTicks(t *testing.T) {
	given := map[string][]string{"A": {"a1", "a2", "a3"}, "B": {"b1", "b1", "b2"}}
	good := func() map[string][]Written {
		return map[string][]Written{
			"A": {{0, 0, "a1"}, {0, 2, "a2"}, {0, 4, "a3"}}, "B": {{1, 0, "b1"}, {1, 1, "b1"}, {1, 2, "b2"}},
		}
	}
	for name, c := range map[string]struct {
		spoil                func(map[string][]Written)
		lost, doubled, wrong int
		text                 string
	}{
		"good":            {spoil: func(map[string][]Written) {}},
		"lost":            {spoil: func(w map[string][]Written) { w["A"] = slices.Delete(w["A"], 1, 2) }, lost: 1, text: "A: missing: a2"},
		"lost at the end": {spoil: func(w map[string][]Written) { w["B"] = w["B"][:2] }, lost: 1, text: "B: missing: b2"},
		"one of two":      {spoil: func(w map[string][]Written) { w["B"] = w["B"][1:] }, lost: 1, text: "B: missing: b1"},
		"a whole symbol":  {spoil: func(w map[string][]Written) { delete(w, "A") }, lost: 3, text: "A: missing: a1"},
		"doubled":         {spoil: func(w map[string][]Written) { w["A"] = append(w["A"], Written{0, 5, "a3"}) }, doubled: 1, text: "offset 5: doubled: a3"},
		"moved":           {spoil: func(w map[string][]Written) { slices.Reverse(w["A"]) }, wrong: 2, text: "offset 2: out of order: a2 stands behind a3"},
		"changed":         {spoil: func(w map[string][]Written) { w["A"][0].Text = "a9" }, lost: 1, wrong: 1, text: "not of the load: a9"},
		"nobody's":        {spoil: func(w map[string][]Written) { w["C"] = []Written{{0, 9, "c1"}} }, wrong: 1, text: "C, partition 0, offset 9: not of the load"},
		"in two places":   {spoil: func(w map[string][]Written) { w["A"][2].Partition = 3 }, wrong: 1, text: "partition 3, offset 4: elsewhere: the symbol is in partition 0, too"},
	} {
		written, card, r := good(), &Card{}, &check.Report{}
		c.spoil(written)
		result := CompareTicks(given, written)
		if result.Looked != 6 {
			t.Errorf("%s: %d ticks looked at", name, result.Looked)
		}
		r.Add(result)
		card.Count(r, &check.Report{})
		if card.OK != (c.text == "") || card.Lost != c.lost || card.Doubled != c.doubled || card.Wrong != c.wrong {
			t.Errorf("%s: ok %t, lost %d, doubled %d, wrong %d", name, card.OK, card.Lost, card.Doubled, card.Wrong)
		}
		var text strings.Builder
		if err := card.WriteText(&text); err != nil || !strings.Contains(text.String(), c.text) {
			t.Errorf("%s: no %q in\n%s", name, c.text, text.String())
		}
	}
}
