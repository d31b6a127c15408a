package history

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// openMs is Monday, 2024-01-01 09:15 IST, when NSE opens.
const openMs = int64(1704080700000)

// folder is a directory of history with what is told of it.
type folder struct {
	*Source
	t    *testing.T
	path string
	mu   sync.Mutex
	told []string
}

func newFolder(t *testing.T, files map[string]string) *folder {
	t.Helper()
	f := &folder{t: t, path: t.TempDir()}
	for name, text := range files {
		f.write(name, text)
	}
	f.Source = New(Options{
		Directory: f.path, Lookback: 24 * time.Hour, Grace: time.Second, Calendars: market.Calendars{"NSE": market.NSE()},
		Problem: func(path string, err error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.told = append(f.told, fmt.Sprint(strings.TrimPrefix(path, f.path+"/"), ": ", strings.ReplaceAll(err.Error(), f.path+"/", "")))
		},
	})
	return f
}

func (f *folder) write(name, text string) {
	f.t.Helper()
	path := filepath.Join(f.path, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	data := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(data); err != nil {
			f.t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			f.t.Fatal(err)
		}
		data = b.Bytes()
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// ask gives candles as text, with minutes since the open.
func (f *folder) ask(symbol, exchange, tf string, periods int, beforeMin int64) []string {
	f.t.Helper()
	candles, err := f.Candles(f.t.Context(), symbol, exchange, market.MustParseTimeframe(tf), periods, openMs+beforeMin*60_000)
	if err != nil {
		f.t.Fatal(err)
	}
	var out []string
	for i := range candles {
		c := &candles[i]
		out = append(out, fmt.Sprintf("%d-%d %v %v %v %v of %v %v", (c.StartMs-openMs)/60_000, (c.EndMs-openMs)/60_000, c.Open, c.High, c.Low, c.Close, c.Volume, c.Quality()))
	}
	return out
}

func (f *folder) want(got []string, want ...string) {
	f.t.Helper()
	if !slices.Equal(got, want) {
		f.t.Errorf("got\n %s\nwant\n %s\ntold %q", strings.Join(got, "\n "), strings.Join(want, "\n "), f.told)
	}
}

func candleRows(rows ...string) string {
	var b strings.Builder
	b.WriteString(Header + "\n")
	for _, r := range rows { // SYMBOL EXCHANGE TIMEFRAME MINUTE OPEN HIGH LOW CLOSE VOLUME
		x := strings.Fields(r)
		var minute int64
		if _, err := fmt.Sscan(x[3], &minute); err != nil {
			panic(err)
		}
		x[3] = fmt.Sprint(openMs + minute*60_000)
		b.WriteString(strings.Join(x, ",") + "\n")
	}
	return b.String()
}

func tickRows(rows ...string) string {
	var b strings.Builder
	b.WriteString(replay.Header + "\n")
	for _, r := range rows { // SYMBOL EXCHANGE SECOND PRICE VOLUME
		x := strings.Fields(r)
		var second float64
		if _, err := fmt.Sscan(x[2], &second); err != nil {
			panic(err)
		}
		x[2] = fmt.Sprint(openMs + int64(second*1000))
		b.WriteString(strings.Join(x, ",") + "\n")
	}
	return b.String()
}

func TestCandlesOfTheTimeframe(t *testing.T) {
	f := newFolder(t, map[string]string{
		"a.csv": candleRows("X NSE 5min 0 1 2 1 2 10", "Y NSE 5min 0 9 9 9 9 9", "X NSE 5min 5 2 3 2 3 0.5", "X NSE 5min 10 3 4 3 4 1", "X BSE 5min 5 7 7 7 7 7"),
		// Another folder, gzipped; its candle of minute 10 counts, for its name is later.
		"old/b.csv.gz": candleRows("X NSE 5min 10 3 5 3 5 1", "X NSE 5min 15 5 6 5 6 1"),
		"notes.txt":    "not read",
	})
	f.want(f.ask("X", "NSE", "5min", 10, 20), "0-5 1 2 1 2 of 10 complete", "5-10 2 3 2 3 of 0.5 complete", "10-15 3 5 3 5 of 1 complete", "15-20 5 6 5 6 of 1 complete")
	f.want(f.ask("X", "NSE", "5min", 2, 20), "10-15 3 5 3 5 of 1 complete", "15-20 5 6 5 6 of 1 complete")
	f.want(f.ask("X", "NSE", "5min", 2, 19), "5-10 2 3 2 3 of 0.5 complete", "10-15 3 5 3 5 of 1 complete")
	f.want(f.ask("X", "BSE", "5min", 2, 20), "5-10 7 7 7 7 of 7 complete")
	f.want(f.ask("Y.NSE", "NSE", "5min", 2, 20), "0-5 9 9 9 9 of 9 complete")
	f.want(f.ask("X", "NSE", "5min", 10, 24*60+6), "10-15 3 5 3 5 of 1 complete", "15-20 5 6 5 6 of 1 complete") // a day back
	f.want(f.ask("Z", "NSE", "5min", 2, 20))
	f.want(f.ask("X", "NSE", "1min", 2, 20)) // never of larger ones
	f.want(f.told)
}

func TestCandlesOfSmallerOnes(t *testing.T) {
	f := newFolder(t, map[string]string{
		"1.csv": candleRows("X NSE 1min 0 10 11 9 10 1", "X NSE 1min 1 10 12 10 11 2", "X NSE 1min 4 11 11 8 9 3", "X NSE 1min 5 9 9 9 9 4", "X NSE 1min 374 5 5 5 5 5"),
		"2.csv": candleRows("X NSE 2min 0 99 99 99 99 9"), // 2 doesn't divide 5
		"5.csv": candleRows("X NSE 5min 5 1 1 1 1 1"),
	})
	f.want(f.ask("X", "NSE", "5min", 9, 400), "0-5 10 12 8 9 of 6 complete", "5-10 1 1 1 1 of 1 complete", "370-375 5 5 5 5 of 5 complete")
	f.want(f.ask("X", "NSE", "2min", 9, 2), "0-2 99 99 99 99 of 9 complete")
	// The day has candles of 5, 2 and 1 minute: the largest count.
	f.want(f.ask("X", "NSE", "1day", 9, 400), "0-375 1 1 1 1 of 1 complete")
	f.want(f.ask("X", "NSE", "1day", 9, 374))
}

func TestCandlesOfTicks(t *testing.T) {
	f := newFolder(t, map[string]string{
		"monday.csv":  tickRows("X NSE -1 50 1", "X NSE 0 10 1", "Y NSE 1 7 7", "X NSE 70 12 0.25", "X NSE 59.9 9 1", "X NSE 125 11 1", "X NSE 60 99 1", "X NSE 200 13 1"),
		"more.csv.gz": tickRows("X NSE 90 14 1"),
		"c.csv":       candleRows("X NSE 1min 2 1 1 1 1 1"),
	})
	// The tick at 60 s comes at 125 s: its candle has closed. The own candle of minute
	// 2 counts before the ticks.
	f.want(f.ask("X", "NSE", "1min", 9, 4), "0-1 10 10 10 10 of 1 partial", "1-2 12 14 12 14 of 1.25 complete", "2-3 1 1 1 1 of 1 complete", "3-4 13 13 13 13 of 1 complete")
	f.want(f.ask("X", "NSE", "1min", 1, 2), "1-2 12 14 12 14 of 1.25 complete")
}

// TestTicksAsABuilderMakesThem: history made of a file's ticks is what a builder
// makes of them, for any cut.
func TestTicksAsABuilderMakesThem(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var rows []string
	b := market.NewBuilder(market.MustParseTimeframe("1min"), market.NSE(), time.Second)
	var all []market.Candle
	clock := int64(0)
	for i := range int64(2000) {
		k := market.Tick{TimeMs: openMs + i*400 - r.Int64N(3000), Price: decimal.FromInt(1 + r.Int64N(100)), Volume: decimal.FromInt(r.Int64N(5))}
		rows = append(rows, fmt.Sprintf("X NSE %v %v %v", float64(k.TimeMs-openMs)/1000, k.Price, k.Volume))
		clock = max(clock, k.TimeMs)
		all = append(all, b.Advance(clock)...)
		b.Add(&k, clock)
	}
	all = append(all, b.Advance(market.NeverMs)...)
	f := newFolder(t, map[string]string{"x.csv": tickRows(rows...)})
	for range 50 {
		beforeMs, periods := openMs+r.Int64N(900_000), 1+r.IntN(20)
		got, err := f.Candles(t.Context(), "X", "NSE", market.MustParseTimeframe("1min"), periods, beforeMs)
		if err != nil {
			t.Fatal(err)
		}
		var want []market.Candle
		for _, c := range all {
			if c.EndMs <= beforeMs {
				want = append(want, c)
			}
		}
		if want = want[max(0, len(want)-periods):]; !slices.Equal(got, want) {
			t.Fatalf("before %d, %d periods: %+v\nwant %+v", beforeMs, periods, got, want)
		}
	}
}

// TestFaultyFilesAreLeftOut: each is told once with its line, the others count, and
// a file that was put right counts.
func TestFaultyFilesAreLeftOut(t *testing.T) {
	faulty := map[string]struct{ text, want string }{
		"empty.csv":     {"", "empty.csv:1: the file is empty, want the header symbol,exchange,timestamp_ms,price,volume or symbol,exchange,timeframe"},
		"header.csv":    {"time,price\n", `header.csv:1: the header is "time,price", want`},
		"fields.csv":    {Header + "\nX,NSE\n", "fields.csv:2: 2 fields, want 9"},
		"timeframe.csv": {Header + "\nX,NSE,5m,1704080700000,1,1,1,1,1\n", `timeframe.csv:2: timeframe "5m": did you mean 5min? want 1s to 3600s`},
		"start.csv":     {Header + "\nX,NSE,5min,soon,1,1,1,1,1\n", `start.csv:2: start_ms "soon": want Unix milliseconds`},
		"price.csv":     {Header + "\nX,NSE,5min,1704080700000,0,1,1,1,1\n", "price.csv:2: open 0: want a price above 0"},
		"number.csv":    {Header + "\nX,NSE,5min,1704080700000,1,1,1,1,1e400\n", "number.csv:2: volume:"},
		"high.csv":      {Header + "\nX,NSE,5min,1704080700000,1,2,1,3,1\n", "high.csv:2: high 2 and low 1 don't hold open 1 and close 3"},
		"aligned.csv":   {candleRows("X NSE 5min 1 1 1 1 1 1"), "aligned.csv:2: start_ms 1704080760000: the 5min candle of NSE that holds it starts at 1704080700000"},
		"order.csv":     {candleRows("X NSE 5min 5 1 1 1 1 1", "X NSE 5min 0 1 1 1 1 1"), "order.csv:3: start_ms 1704080700000 of X 5min comes after 1704081000000"},
		"symbol.csv":    {Header + "\n,NSE,5min,1704080700000,1,1,1,1,1\n", "symbol.csv:2: the symbol is empty"},
		"quotes.csv":    {Header + "\n\"X\",NSE,5min,1704080700000,1,1,1,1,1\n", "quotes.csv:2: quoted fields are not supported"},
		"tick.csv":      {replay.Header + "\nX,NSE,1704080700000,1,1\nX,NSE,later,1,1\n", `tick.csv:3: timestamp_ms "later"`},
		"cut.csv.gz":    {"", "cut.csv.gz"},
	}
	files := map[string]string{"good.csv": candleRows("X NSE 5min -30 1 1 1 1 1", "X NSE 5min 10 3 4 3 4 1")} // the first is off session
	for name, c := range faulty {
		files[name] = c.text
	}
	f := newFolder(t, files)
	if err := os.WriteFile(filepath.Join(f.path, "cut.csv.gz"), []byte("\x1f\x8bnonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(f.path, "link.csv")); err != nil {
		t.Fatal(err)
	}
	faulty["link.csv"] = struct{ text, want string }{want: "no such file"}
	for range 2 {
		f.want(f.ask("X", "NSE", "5min", 9, 20), "10-15 3 4 3 4 of 1 complete")
		f.catalogue.listed = time.Time{}
	}
	for name, c := range faulty {
		told := 0
		for _, text := range f.told {
			if strings.HasPrefix(text, name+": ") {
				told++
				if !strings.Contains(text, c.want) {
					t.Errorf("%s is told as %q, want %q", name, text, c.want)
				}
			}
		}
		if told != 1 {
			t.Errorf("%s is told %d times", name, told)
		}
	}
	f.write("order.csv", candleRows("X NSE 5min 0 1 1 1 1 1", "X NSE 5min 5 1 1 1 1 1"))
	f.want(f.ask("X", "NSE", "5min", 9, 20), "0-5 1 1 1 1 of 1 complete", "5-10 1 1 1 1 of 1 complete", "10-15 3 4 3 4 of 1 complete")
	if err := os.Remove(filepath.Join(f.path, "order.csv")); err != nil {
		t.Fatal(err)
	}
	f.catalogue.listed = time.Time{}
	f.want(f.ask("X", "NSE", "5min", 9, 20), "10-15 3 4 3 4 of 1 complete")
}

func TestNoDirectoryAndNoTime(t *testing.T) {
	s := New(Options{Directory: filepath.Join(t.TempDir(), "nowhere"), Lookback: time.Hour})
	if _, err := s.Candles(t.Context(), "X", "NSE", market.Day, 5, openMs); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "history of X, 1day") {
		t.Errorf("no directory gives %v", err)
	}
	var rows []string
	for i := range 5000 {
		rows = append(rows, fmt.Sprintf("X NSE %d 1 1", i))
	}
	f := newFolder(t, map[string]string{"x.csv": tickRows(rows...)})
	f.options.Timeout = time.Nanosecond
	if _, err := f.Candles(t.Context(), "X", "NSE", market.Day, 5, openMs); err == nil || !strings.Contains(err.Error(), "not read within 1ns") {
		t.Errorf("no time gives %v", err)
	}
	f.options.Timeout = 0
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Candles(ctx, "X", "NSE", market.Day, 5, openMs); !errors.Is(err, context.Canceled) || len(f.told) != 0 {
		t.Errorf("a request that was given up gives %v, told %q", err, f.told)
	}
	if got := f.ask("X", "NSE", "1hour", 5, 120); len(got) != 2 {
		t.Errorf("with time it gives %q", got)
	}
}

// TestManyAtOnce: requests of many symbols at once each get their own.
func TestManyAtOnce(t *testing.T) {
	files := make(map[string]string)
	for i := range 20 {
		files[fmt.Sprintf("s%d.csv", i)] = candleRows(fmt.Sprintf("S%d NSE 5min 0 %d %d %d %d 1", i, i+1, i+1, i+1, i+1))
	}
	f := newFolder(t, files)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			got, err := f.Candles(t.Context(), fmt.Sprint("S", i), "NSE", market.MustParseTimeframe("5min"), 3, openMs+600_000)
			if err != nil || len(got) != 1 || got[0].Close != decimal.FromInt(int64(i+1)) {
				t.Errorf("S%d has %+v, %v", i, got, err)
			}
		})
	}
	wg.Wait()
}

// TestMemoryIsBounded: of many small candles, those that can't count are let go.
func TestMemoryIsBounded(t *testing.T) {
	r := &request{periods: 10, timeframe: market.MustParseTimeframe("1min")}
	byTime := make(map[int64]market.Candle)
	for i := range int64(100_000) {
		byTime[i] = market.Candle{StartMs: i}
		r.forgetOld(byTime, market.MustParseTimeframe("1s"))
	}
	if _, newest := byTime[99_999]; len(byTime) > 2*11*60 || len(byTime) < 600 || !newest {
		t.Errorf("%d candles are kept, the newest among them %v", len(byTime), newest)
	}
}
