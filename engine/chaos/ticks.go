package chaos

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/chaos"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// readTicks gives what stands in the first n lines of a file of ticks, by symbol.
func readTicks(path string, n int) (map[string][]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	given := make(map[string][]string)
	lines := bufio.NewScanner(file)
	lines.Scan() // the header
	for i := range n {
		if !lines.Scan() {
			return nil, errors.Join(fmt.Errorf("%s has %d ticks, and %d were sent", path, i, n), lines.Err())
		}
		f := strings.Split(lines.Text(), ",")
		price, volume, err := numbers(f[3], f[4])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, i+2, err)
		}
		given[f[0]] = append(given[f[0]], tickText(f[1], f[2], price, volume))
	}
	return given, nil
}

func numbers(price, volume string) (p, v decimal.Decimal, err error) {
	if p, err = decimal.Parse(price); err == nil {
		v, err = decimal.Parse(volume)
	}
	return p, v, err
}

// tickText is all of a tick but its symbol and its source.
func tickText(exchange, timeMs string, price, volume decimal.Decimal) string {
	return fmt.Sprintf("%s %s %s x %s", exchange, timeMs, price, volume)
}

// ticks are those that stand in their topic.
type ticks struct {
	count int64
	by    map[string][]chaos.Written // by symbol
	names *messages.Interner
}

func newTicks() *ticks {
	return &ticks{by: make(map[string][]chaos.Written), names: messages.NewInterner()}
}

// take notes a record of the topic.
func (w *ticks) take(in *kgo.Record) {
	w.count++
	symbol := string(in.Key)
	written := chaos.Written{Partition: in.Partition, Offset: in.Offset}
	var t market.Tick
	switch err := messages.DecodeTick(in.Value, &t, w.names); {
	case err != nil:
		written.Text = err.Error()
	case t.Symbol != symbol:
		written.Text = fmt.Sprintf("a tick of %s under the key %s", t.Symbol, symbol)
	default:
		written.Text = tickText(t.Exchange, strconv.FormatInt(t.TimeMs, 10), t.Price, t.Volume)
	}
	w.by[symbol] = append(w.by[symbol], written)
}
