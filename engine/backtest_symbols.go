package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/velox-trading/velox/trading/spelling"
)

// namesListed is the most names that a text lists, namesKept the most symbols that are
// kept of the files to be named.
const (
	namesListed = 10
	namesKept   = 1_000
)

// listed names a few and counts the rest.
func listed(names []string) string {
	if more := len(names) - namesListed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:namesListed], ", "), more)
	}
	return strings.Join(names, ", ")
}

// absent gives, sorted, the symbols that had no tick.
func absent(symbols map[string]bool) []string {
	var none []string
	for _, symbol := range slices.Sorted(maps.Keys(symbols)) {
		if !symbols[symbol] {
			none = append(none, symbol)
		}
	}
	return none
}

// has names the symbols of the files, and which of them, or which flag, was probably
// meant by those that are missing.
func (b *backtest) has(missing []string) string {
	return "the data has " + listed(slices.Sorted(maps.Keys(b.present))) + b.hint(missing)
}

// hint says what was probably meant by symbols that are missing, "" when that can't be
// told.
func (b *backtest) hint(missing []string) string {
	known := slices.Sorted(maps.Keys(b.present))
	var meant []string
	for _, symbol := range missing[:min(len(missing), namesListed)] {
		for _, name := range known {
			if exchange := b.present[name]; !b.options.NameByExchange && name+"."+exchange == symbol {
				return fmt.Sprintf(": --name-by-exchange makes %s of %s %s", name, exchange, symbol)
			}
		}
		near := spelling.Nearest(symbol, known)
		if i := slices.IndexFunc(known, func(name string) bool { return sameInstrument(symbol, name) }); i >= 0 {
			near = known[i]
		}
		if near != "" && !slices.Contains(meant, near) {
			meant = append(meant, near)
		}
	}
	if len(meant) == 0 {
		return ""
	}
	return ": did you mean " + strings.Join(meant, ", ") + "?"
}

// sameInstrument tells whether two names of symbols differ in what sources add to them
// only: RELIANCE, RELIANCE.NSE and NSE:RELIANCE-EQ, BTCUSD and btc-usd.
func sameInstrument(a, b string) bool {
	between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	short, long := strings.FieldsFunc(strings.ToUpper(a), between), strings.FieldsFunc(strings.ToUpper(b), between)
	if len(short) > len(long) {
		short, long = long, short
	}
	other := func(word string) bool { return !slices.Contains(long, word) }
	return len(short) > 0 && (strings.Join(short, "") == strings.Join(long, "") || !slices.ContainsFunc(short, other))
}

// traders names the accounts that trade any of the symbols: "ann trades".
func (b *backtest) traders(symbols []string) string {
	var users []string
	for i := range b.config.Accounts {
		a := &b.config.Accounts[i]
		if slices.ContainsFunc(symbolsOf(a), func(symbol string) bool { return slices.Contains(symbols, symbol) }) {
			users = append(users, a.UserID)
		}
	}
	return tradersText(users)
}

func tradersText(users []string) string {
	if len(users) == 1 {
		return users[0] + " trades"
	}
	return listed(users) + " trade"
}

// unrun says which of the symbols that accounts trade had no tick, and why.
func (b *backtest) unrun() []string {
	var missing, leftOut, parts []string
	for _, symbol := range absent(b.traded) {
		if _, there := b.present[symbol]; there {
			leftOut = append(leftOut, symbol)
		} else {
			missing = append(missing, symbol)
		}
	}
	if len(missing) > 0 {
		parts = append(parts, fmt.Sprintf("no ticks of %s, which %s, in the data; %s", listed(missing), b.traders(missing), b.has(missing)))
	}
	if len(leftOut) > 0 {
		parts = append(parts, fmt.Sprintf("all ticks of %s, which %s, are left out by --symbols, --from or --to", listed(leftOut), b.traders(leftOut)))
	}
	return parts
}

// idle is the error of a run on which nothing could have traded; nil: something could.
func (b *backtest) idle() error {
	switch {
	case len(b.present) == 0:
		return exit(ExitInput, "backtest: the files have no ticks")
	case b.ticks == 0:
		more := ""
		if len(b.asked) > 0 {
			more = "; " + b.has(absent(b.asked))
		}
		return exit(ExitInput, "backtest: no tick of the files was run: look at --from, --to and --symbols, which leave none%s", more)
	case len(absent(b.traded)) == len(b.traded):
		return exit(ExitInput, "backtest: nothing could trade: %s", strings.Join(b.unrun(), "; "))
	}
	return nil
}

// missing warns of the symbols that had no tick: of each account's, those that miss the
// same ones together, and of those that flags name.
func (b *backtest) missing() []string {
	var order [][]string
	users := make(map[string][]string)
	for i := range b.config.Accounts {
		a := &b.config.Accounts[i]
		none := slices.DeleteFunc(symbolsOf(a), func(symbol string) bool { return b.traded[symbol] })
		if len(none) == 0 {
			continue
		}
		key := strings.Join(none, ",")
		if users[key] == nil {
			order = append(order, none)
		}
		users[key] = append(users[key], a.UserID)
	}
	var out []string
	for _, none := range order {
		out = append(out, fmt.Sprintf("no tick was run of %s, which %s%s", listed(none), tradersText(users[strings.Join(none, ",")]), b.hint(none)))
	}
	if none := absent(b.asked); len(none) > 0 {
		out = append(out, fmt.Sprintf("no tick was run of %s, which --symbols names%s", listed(none), b.hint(none)))
	}
	return out
}
