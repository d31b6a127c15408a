package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/decimal"
)

const everyUsage = "every DURATION from TIME SYMBOL PRICE... [x VOLUME] [and SYMBOL PRICE...]"

// strand is one symbol of an "every" line.
type strand struct {
	symbol, volume string
	prices         []string
}

// every reads ticks at regular times, of one symbol or of several side by side.
func (p *parser) every(words []string) error {
	if len(words) < 6 || words[2] != "from" {
		return fmt.Errorf("want %q, as in \"every 1min from 09:15:00 NIFTY 100 101\"", everyUsage)
	}
	step, err := time.ParseDuration(strings.TrimSuffix(words[1], "in"))
	if err != nil || step < time.Millisecond {
		return atWord(1, fmt.Errorf("every %q: want a duration of 1ms or more, such as 10s or 1min", words[1]))
	}
	ms, err := p.time(words[3])
	if err != nil {
		return atWord(3, err)
	}
	var strands []strand
	first := 4
	for rest := words[first:]; len(rest) > 0; {
		group := rest
		if i := slices.Index(rest, "and"); i >= 0 {
			group, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		t, err := readStrand(group, first)
		if err != nil {
			return err
		}
		first = len(words) - len(rest)
		strands = append(strands, t)
	}
	if err := equallyLong(strands); err != nil {
		return err
	}
	for i := range strands[0].prices {
		for _, t := range strands {
			if err := p.addTick(ms+int64(i)*step.Milliseconds(), t.symbol, t.prices[i], t.volume); err != nil {
				return err
			}
		}
	}
	return nil
}

// equallyLong refuses strands of which one ends before another: a price that was
// forgotten would move all that follow it to other times.
func equallyLong(strands []strand) error {
	byLength := func(a, b strand) int { return cmp.Compare(len(a.prices), len(b.prices)) }
	longest, shortest := slices.MaxFunc(strands, byLength), slices.MinFunc(strands, byLength)
	most, least := len(longest.prices), len(shortest.prices)
	if most == least {
		return nil
	}
	return fmt.Errorf("%s has %d prices and %s has %d, but side by side all want as many: end %s's with %s*%d, which holds the price, or give it a line of its own",
		longest.symbol, most, shortest.symbol, least, shortest.symbol, shortest.prices[least-1], most-least+1)
}

// readStrand reads words of a line of which the first is the one after that many.
func readStrand(words []string, first int) (strand, error) {
	t := strand{volume: "1"}
	if n := len(words); n > 3 && words[n-2] == "x" {
		words, t.volume = words[:n-2], words[n-1]
		if _, err := decimal.Parse(t.volume); err != nil {
			return t, atWord(first+n-1, fmt.Errorf("volume %q: %w", t.volume, err))
		}
	}
	if len(words) < 2 {
		return t, fmt.Errorf("want %q", everyUsage)
	}
	t.symbol = words[0]
	for i, word := range words[1:] {
		prices, err := expand(word)
		if err != nil {
			return t, atWord(first+1+i, err)
		}
		if t.prices = append(t.prices, prices...); len(t.prices) > maxSteps {
			return t, fmt.Errorf("more than %d prices", maxSteps)
		}
	}
	return t, nil
}

// expand gives the prices of one word: PRICE, PRICE*TIMES, or FROM..TO/STEPS, which
// goes from the price before, FROM, in even steps to TO.
func expand(word string) ([]string, error) {
	wrong := fmt.Errorf("%q: want PRICE, PRICE*TIMES or FROM..TO/STEPS, as in 100*5 or 100..110/20", word)
	from, to, ramp := strings.Cut(word, "..")
	if !ramp {
		price, times, many := strings.Cut(word, "*")
		n := 1
		if many {
			var err error
			if n, err = strconv.Atoi(times); err != nil || n < 1 || n > maxSteps {
				return nil, wrong
			}
		}
		if _, err := decimal.Parse(price); err != nil {
			return nil, fmt.Errorf("price %q: %w", price, err)
		}
		return slices.Repeat([]string{price}, n), nil
	}
	to, steps, _ := strings.Cut(to, "/")
	a, err1 := decimal.Parse(from)
	b, err2 := decimal.Parse(to)
	n, err3 := strconv.Atoi(steps)
	if err1 != nil || err2 != nil || err3 != nil || n < 1 || n > maxSteps || !a.Bounded() || !b.Bounded() {
		return nil, wrong
	}
	prices := make([]string, n)
	for i := range prices {
		prices[i] = a.Add(b.Sub(a).MulInt(int64(i + 1)).Div(decimal.FromInt(int64(n)))).String()
	}
	return prices, nil
}
