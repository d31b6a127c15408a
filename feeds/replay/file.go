package replay

import (
	"fmt"
	"strconv"

	"github.com/velox-trading/velox/feeds/lines"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// Header is the first line of a file of ticks.
const Header = "symbol,exchange,timestamp_ms,price,volume"

// maxTimeMs is the end of the year 9999: more are not milliseconds.
const maxTimeMs = 253402300799999

// file reads one file, a tick ahead.
type file struct {
	*lines.File
	number     int // place among the files of the replay
	byExchange bool
	names      map[string]name

	tick     market.Tick
	broken   error // what is wrong with the line behind the latest tick
	latestMs int64 // highest time so far, the tick ahead included
}

// name is what a line's first two fields give.
type name struct{ symbol, exchange string }

func openFile(path string, number int, byExchange bool) (*file, error) {
	in, err := lines.Open(path)
	if err != nil {
		return nil, err
	}
	got, err := in.Header(Header)
	if err == nil && got != Header {
		err = fmt.Errorf("%s:%d: the header is %.100q, want %s", path, in.Line(), got, Header)
	}
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	return &file{File: in, number: number, byExchange: byExchange, names: make(map[string]name)}, nil
}

// advance reads the next tick; io.EOF after the last.
func (f *file) advance() error {
	line, err := f.Next()
	if err != nil {
		return err
	}
	var fields [5][]byte
	if err := f.Fields(line, fields[:], Header); err != nil {
		return err
	}
	// The first two fields are looked up as one, so that a known name costs no
	// allocation.
	n, known := f.names[string(line[:len(fields[0])+1+len(fields[1])])]
	if !known {
		if n, err = f.learn(fields[0], fields[1]); err != nil {
			return err
		}
	}
	f.tick = market.Tick{Symbol: n.symbol, Exchange: n.exchange, Type: "trade"}
	if f.tick.TimeMs, err = strconv.ParseInt(string(fields[2]), 10, 64); err != nil || f.tick.TimeMs < 0 || f.tick.TimeMs > maxTimeMs {
		return f.Wrong("timestamp_ms %.40q: want Unix milliseconds", fields[2])
	}
	if f.tick.Price, err = decimal.ParseBytes(fields[3]); err != nil {
		return f.Wrong("price: %w", err)
	}
	if f.tick.Volume, err = decimal.ParseBytes(fields[4]); err != nil {
		return f.Wrong("volume: %w", err)
	}
	if !f.tick.Price.Bounded() || !f.tick.Volume.Bounded() {
		return f.Wrong("price %s and volume %s: the largest number is 92233720368.54775807", f.tick.Price, f.tick.Volume)
	}
	if f.tick.Price.Sign() <= 0 || f.tick.Volume.Sign() < 0 {
		return f.Wrong("price %s and volume %s: want a price above 0 and a volume of 0 or more", f.tick.Price, f.tick.Volume)
	}
	f.latestMs = max(f.latestMs, f.tick.TimeMs)
	return nil
}

func (f *file) learn(symbol, exchange []byte) (name, error) {
	if len(symbol) == 0 {
		return name{}, f.Wrong("the symbol is empty")
	}
	if f.byExchange && len(exchange) == 0 {
		return name{}, f.Wrong("symbol %s has no exchange to be named by", symbol)
	}
	n := name{symbol: string(symbol), exchange: string(exchange)}
	if f.byExchange {
		n.symbol += "." + n.exchange
	}
	f.names[string(symbol)+","+string(exchange)] = n
	return n, nil
}
