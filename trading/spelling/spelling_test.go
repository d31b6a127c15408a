package spelling

import "testing"

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"abc", "", 3}, {"", "abc", 3}, {"price", "price", 0}, {"pric", "price", 1}, {"prcie", "price", 1}, {"ab", "ba", 1}, {"kitten", "sitting", 3},
	} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"daily_loss", "drawdown", "position_size", "price"}
	for word, want := range map[string]string{
		"daily_los": "daily_loss", "drawdwon": "drawdown", "positions_sizes": "position_size", "prc": "price", "entirely_else": "", "x": "", "PRICE": "price", "Drawdown": "drawdown",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%s is taken for %q, want %q", word, got, want)
		}
	}
	if got := Hint("pric", known) + Hint("entirely_else", known); got != "did you mean price? " {
		t.Errorf("the hints are %q", got)
	}
	if got := Nearest("x", nil); got != "" {
		t.Errorf("of nothing, %q is near", got)
	}
}
