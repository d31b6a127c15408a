package account

import (
	"fmt"
	"strings"
)

// Openings are what many scripts begin with: a paper account with a strategy, with a tick
// of its symbol; and one at a live venue.
const (
	open    = "> cmd OPEN_ACCOUNT {\"deposit\": 100000}\n"
	deploy  = "> cmd DEPLOY {\"strategy_id\": \"s\", \"name\": \"n\", \"symbols\": [\"X\"], \"external\": true}\nSTRATEGY s RUNNING\n"
	second  = "> cmd DEPLOY {\"strategy_id\": \"z\", \"name\": \"m\", \"symbols\": [\"X\", \"Y\"], \"external\": true}\nSTRATEGY z RUNNING\n"
	started = open + deploy + "> tick X 100\n"
	live    = "> cmd OPEN_ACCOUNT {\"deposit\": 100000, \"venue\": \"kite\"}\n" + deploy
)

// opened is a paper account with more settings, a strategy and a tick.
func opened(settings string) string {
	return "> cmd OPEN_ACCOUNT {\"deposit\": 100000, " + settings + "}\n" + deploy + "> tick X 100 1700000010000\n"
}

// enters has the first order, a market order by a signal of strategy s such as "BUY X qty=10
// stop=95", fill at a tick such as "100 1700000020000".
func enters(signal, tick string) string {
	return fmt.Sprintf("> signal s %s\nPLACED #1 %s PENDING\n> tick X %s\n%s", signal, ordered(signal), tick, filled(signal, tick))
}

// entersLive is the same at a live venue, at 100.
func entersLive(signal string) string {
	words := strings.Fields(signal)
	return fmt.Sprintf("> tick X 100\n> signal s %s\nPLACED #1 %s PENDING\nVENUE SEND #1\n> report #1 FILL %s price=100\n%s",
		signal, ordered(signal), words[2], filled(signal, "100"))
}

// ordered is how events tell of a signal's order: BUY X 10.
func ordered(signal string) string {
	words := strings.Fields(signal)
	return fmt.Sprintf("%s %s %s", words[0], words[1], strings.TrimPrefix(words[2], "qty="))
}

// filled is what the whole fill of the first order makes of a flat book.
func filled(signal, tick string) string {
	words, price := strings.Fields(signal), strings.Fields(tick)[0]
	quantity := strings.TrimPrefix(words[2], "qty=")
	held := quantity
	if words[0] == "SELL" {
		held = "-" + quantity
	}
	return fmt.Sprintf("FILLED #1 %s got %s at %s FILLED\nOPENED X %s at %s, now %s, open 0, made 0\n", ordered(signal), quantity, price, held, price, price)
}
