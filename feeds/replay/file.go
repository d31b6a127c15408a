package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync/atomic"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

const header = "symbol,exchange,timestamp_ms,price,volume"

const (
	// lineMax bounds a line; five short fields need far less.
	lineMax = 64 << 10
	// maxTimeMs is the end of the year 9999: more are not milliseconds.
	maxTimeMs = 253402300799999
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// file reads one file, a tick ahead.
type file struct {
	path       string
	number     int // place among the files of the replay
	byExchange bool
	raw        *os.File
	size       int64
	read       atomic.Int64 // bytes of the raw file
	in         *bufio.Reader
	line       int
	names      map[string]name

	tick     market.Tick
	broken   error // what is wrong with the line behind the latest tick
	latestMs int64 // highest time so far, the tick ahead included
}

// name is what a line's first two fields give.
type name struct{ symbol, exchange string }

func openFile(path string, number int, byExchange bool) (*file, error) {
	raw, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &file{path: path, number: number, byExchange: byExchange, raw: raw, names: make(map[string]name)}
	if err := f.begin(); err != nil {
		_ = raw.Close()
		return nil, err
	}
	return f, nil
}

// begin finds out whether the file is gzipped, whatever its name says, and reads
// the header.
func (f *file) begin() error {
	info, err := f.raw.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("%s is a directory, want a CSV file", f.path)
	}
	f.size = info.Size()
	plain := bufio.NewReaderSize(counter{f.raw, &f.read}, 256<<10)
	f.in = plain
	if magic, _ := plain.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(plain)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		f.in = bufio.NewReaderSize(unzipped, lineMax)
	}
	first, err := f.next()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s:1: the file is empty, want the header %s", f.path, header)
	}
	if err != nil {
		return err
	}
	if got := bytes.TrimPrefix(first, byteOrderMark); string(got) != header {
		return fmt.Errorf("%s:%d: the header is %.100q, want %s", f.path, f.line, got, header)
	}
	return nil
}

// counter counts what is read.
type counter struct {
	from io.Reader
	n    *atomic.Int64
}

func (c counter) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	c.n.Add(int64(n))
	return n, err
}

func (f *file) close() error { return f.raw.Close() }

// next gives the next line that is not empty, without its end; it is valid until
// the next call. io.EOF after the last.
func (f *file) next() ([]byte, error) {
	for {
		f.line++
		line, err := f.in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull) || len(line) > lineMax:
			return nil, f.wrong("the line is longer than %d bytes", lineMax)
		case err == io.EOF && len(line) == 0:
			return nil, io.EOF
		case err != nil && err != io.EOF:
			return nil, f.wrong("%w", err)
		}
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		if len(line) > 0 {
			return line, nil
		}
	}
}

func (f *file) wrong(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", f.path, f.line, fmt.Errorf(format, args...))
}

// advance reads the next tick; io.EOF after the last.
func (f *file) advance() error {
	line, err := f.next()
	if err != nil {
		return err
	}
	if bytes.IndexByte(line, '"') >= 0 {
		return f.wrong("quoted fields are not supported: %.100q", line)
	}
	// The first two fields are looked up as one, so that a known name costs no
	// allocation.
	last := line
	var fields [5][]byte
	for i := range fields {
		field, rest, more := bytes.Cut(last, []byte(","))
		if more != (i < len(fields)-1) {
			return f.wrong("%d fields, want %d (%s): %.100q", bytes.Count(line, []byte(","))+1, len(fields), header, line)
		}
		fields[i], last = field, rest
	}
	n, known := f.names[string(line[:len(fields[0])+1+len(fields[1])])]
	if !known {
		if n, err = f.learn(fields[0], fields[1]); err != nil {
			return err
		}
	}
	f.tick = market.Tick{Symbol: n.symbol, Exchange: n.exchange, Type: "trade"}
	if f.tick.TimeMs, err = strconv.ParseInt(string(fields[2]), 10, 64); err != nil || f.tick.TimeMs < 0 || f.tick.TimeMs > maxTimeMs {
		return f.wrong("timestamp_ms %.40q: want Unix milliseconds", fields[2])
	}
	if f.tick.Price, err = decimal.ParseBytes(fields[3]); err != nil {
		return f.wrong("price: %w", err)
	}
	if f.tick.Volume, err = decimal.ParseBytes(fields[4]); err != nil {
		return f.wrong("volume: %w", err)
	}
	if !f.tick.Price.Bounded() || !f.tick.Volume.Bounded() {
		return f.wrong("price %s and volume %s: the largest number is 92233720368.54775807", f.tick.Price, f.tick.Volume)
	}
	if f.tick.Price.Sign() <= 0 || f.tick.Volume.Sign() < 0 {
		return f.wrong("price %s and volume %s: want a price above 0 and a volume of 0 or more", f.tick.Price, f.tick.Volume)
	}
	f.latestMs = max(f.latestMs, f.tick.TimeMs)
	return nil
}

func (f *file) learn(symbol, exchange []byte) (name, error) {
	if len(symbol) == 0 {
		return name{}, f.wrong("the symbol is empty")
	}
	if f.byExchange && len(exchange) == 0 {
		return name{}, f.wrong("symbol %s has no exchange to be named by", symbol)
	}
	n := name{symbol: string(symbol), exchange: string(exchange)}
	if f.byExchange {
		n.symbol += "." + n.exchange
	}
	f.names[string(symbol)+","+string(exchange)] = n
	return n, nil
}
