package chaos

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/velox-trading/velox/feeds/replay"
)

// Of the load: accounts trade on the first symbols, which have a third of the ticks.
const (
	traders  = 20
	speed    = 10 // of event time
	firstMs  = 1_704_067_200_000
	exchange = "CHAOS"
)

func symbol(i int) string { return fmt.Sprintf("C%04d", i) }

// writeTicks writes a file of ticks for a replay of that length: first one of every
// symbol, within a twentieth of the first minute, then rate a second.
func writeTicks(path string, seed uint64, symbols, rate int, length time.Duration) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, replay.Header)
	r := rand.New(rand.NewPCG(seed, 1))
	price := make([]int, symbols)
	atMs := int64(firstMs)
	tick := func(i int) {
		price[i] = max(100, price[i]+r.IntN(21)-10)
		fmt.Fprintf(w, "%s,%s,%d,%d.%02d,%d\n", symbol(i), exchange, atMs, price[i]/100, price[i]%100, 1+r.IntN(100))
	}
	for i := range symbols {
		price[i] = 5_000 + r.IntN(20_000)
		atMs = firstMs + int64(i)*speed*5_000/int64(symbols)
		tick(i)
	}
	n := int(length.Seconds() * float64(rate))
	for k := range n {
		atMs = firstMs + speed*5_000 + int64(k)*speed*1000/int64(rate)
		if i := r.IntN(symbols); r.IntN(3) == 0 {
			tick(i % min(traders, symbols))
		} else {
			tick(i)
		}
	}
	return w.Flush()
}
