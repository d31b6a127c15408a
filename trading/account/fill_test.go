package account

import "testing"

// TestOpenedTimes: a book knows since when it holds what it holds: from the fill
// that opened or turned it, whatever is added or taken off.
func TestOpenedTimes(t *testing.T) {
	p := newPlayer(t)
	p.input("cmd OPEN_ACCOUNT {}")
	p.input(`cmd DEPLOY {"strategy_id": "s", "name": "n", "symbols": ["X"], "external": true}`)
	p.input("tick X 100 1700000010000")
	for _, c := range []struct {
		signal, tick string
		want         int64
	}{
		{"BUY X qty=10", "1700000011000", 1_700_000_011_000},
		{"BUY X qty=5", "1700000012000", 1_700_000_011_000},
		{"SELL X qty=3", "1700000013000", 1_700_000_011_000},
		{"SELL X qty=20", "1700000014000", 1_700_000_014_000}, // turned
		{"SELL X qty=1", "1700000015000", 1_700_000_014_000},
		{"BUY X qty=9", "1700000016000", 0},
		{"BUY X qty=1", "1700000017000", 1_700_000_017_000},
	} {
		p.input("signal s " + c.signal)
		p.input("tick X 100 " + c.tick)
		if got := p.a.Book("s").For("X").OpenedMs; got != c.want {
			t.Errorf("after %s: held since %d, want %d", c.signal, got, c.want)
		}
	}
}
