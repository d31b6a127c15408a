package scenario

import (
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
		return fmt.Errorf("every %q: want a duration of 1ms or more, such as 10s or 1min", words[1])
	}
	ms, err := p.time(words[3])
	if err != nil {
		return err
	}
	var strands []strand
	for rest := words[4:]; len(rest) > 0; {
		group := rest
		if i := slices.Index(rest, "and"); i >= 0 {
			group, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		t, err := readStrand(group)
		if err != nil {
			return err
		}
		strands = append(strands, t)
	}
	longest := 0
	for i := range strands {
		longest = max(longest, len(strands[i].prices))
	}
	for i := range longest {
		for _, t := range strands {
			if i >= len(t.prices) {
				continue
			}
			if err := p.addTick(ms+int64(i)*step.Milliseconds(), t.symbol, t.prices[i], t.volume); err != nil {
				return err
			}
		}
	}
	return nil
}

func readStrand(words []string) (strand, error) {
	t := strand{volume: "1"}
	if n := len(words); n > 3 && words[n-2] == "x" {
		words, t.volume = words[:n-2], words[n-1]
	}
	if len(words) < 2 {
		return t, fmt.Errorf("want %q", everyUsage)
	}
	t.symbol = words[0]
	for _, word := range words[1:] {
		prices, err := expand(word)
		if err != nil {
			return t, err
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
