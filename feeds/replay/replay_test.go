package replay

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/feeds/pace"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func zip(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

func csv(lines ...string) string { return Header + "\n" + strings.Join(lines, "\n") + "\n" }

func open(t testing.TB, options Options, paths ...string) *Replay {
	t.Helper()
	r, err := Open(paths, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func all(t testing.TB, r *Replay) []market.Tick {
	t.Helper()
	var ticks []market.Tick
	for {
		var tick market.Tick
		err := r.Next(&tick)
		if errors.Is(err, io.EOF) {
			return ticks
		}
		if err != nil {
			t.Fatal(err)
		}
		ticks = append(ticks, tick)
	}
}

func TestFields(t *testing.T) {
	text := csv("GC201312,COMEX,1381104000276,1313.7,1", "BTCUSDT,BINANCE_SPOT,1723161255342,61837.63000000,0.02000000", "X,,0,0.00000001,0")
	want := []market.Tick{
		{Symbol: "GC201312", Exchange: "COMEX", TimeMs: 1381104000276, Price: decimal.MustParse("1313.7"), Volume: decimal.MustParse("1")},
		{Symbol: "BTCUSDT", Exchange: "BINANCE_SPOT", TimeMs: 1723161255342, Price: decimal.MustParse("61837.63"), Volume: decimal.MustParse("0.02")},
		{Symbol: "X", Price: decimal.MustParse("0.00000001")},
	}
	for i := range want {
		want[i].Type, want[i].Source = "trade", "replay-7"
	}
	for name, path := range map[string]string{
		"plain":                   write(t, "a.csv", text),
		"gzip":                    write(t, "a.csv.gz", zip(text)),
		"gzip by its content":     write(t, "a.csv", zip(text)),
		"CRLF, mark, empty lines": write(t, "a.csv", "\xef\xbb\xbf"+strings.ReplaceAll(text, "\n", "\r\n\r\n")),
		"no end of the last line": write(t, "a.csv", strings.TrimSuffix(text, "\n")),
		"two gzip members":        write(t, "a.csv.gz", zip(text[:60])+zip(text[60:])),
	} {
		r := open(t, Options{ID: "7"}, path)
		if got := all(t, r); !slices.Equal(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
		if p := r.Progress(); p.Ticks != 3 || p.BytesRead != p.BytesTotal || p.BytesTotal == 0 || p.FirstMs != 1381104000276 || p.TimeMs != 0 {
			t.Errorf("%s: progress %+v", name, p)
		}
	}
}

func TestNameByExchange(t *testing.T) {
	path := write(t, "a.csv", csv("B,SPOT,1,5,1", "B,PERP,2,6,1"))
	var got []string
	for _, tick := range all(t, open(t, Options{NameByExchange: true}, path)) {
		got = append(got, tick.Symbol+" on "+tick.Exchange)
	}
	if want := []string{"B.SPOT on SPOT", "B.PERP on PERP"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestErrors: each says where and what.
func TestErrors(t *testing.T) {
	good := "A,X,1,5,1"
	for name, c := range map[string]struct{ text, want string }{
		"empty file":       {"", ":1: the file is empty, want the header symbol,"},
		"other header":     {"time,price\n1,2\n", `:1: the header is "time,price", want symbol,`},
		"few fields":       {csv(good, "A,X,1,5"), ":3: 4 fields, want 5"},
		"many fields":      {csv(good, "A,X,1,5,1,2"), ":3: 6 fields, want 5"},
		"no symbol":        {csv(",X,1,5,1"), ":2: the symbol is empty"},
		"time in text":     {csv("A,X,2020-01-01,5,1"), `:2: timestamp_ms "2020-01-01": want Unix milliseconds`},
		"microseconds":     {csv("A,X,1723161255342000,5,1"), ":2: timestamp_ms"},
		"negative time":    {csv("A,X,-1,5,1"), ":2: timestamp_ms"},
		"price":            {csv("A,X,1,five,1"), ":2: price: not a decimal number"},
		"no price":         {csv("A,X,1,,1"), ":2: price: not a decimal number"},
		"price of zero":    {csv("A,X,1,0,1"), ":2: price 0 and volume 1"},
		"volume":           {csv("A,X,1,5,1e"), ":2: volume: not a decimal number"},
		"negative volume":  {csv("A,X,1,5,-1"), ":2: price 5 and volume -1"},
		"huge price":       {csv("A,X,1,92233720369,1"), ":2: price 92233720369 and volume 1: the largest"},
		"quotes":           {csv(`"A",X,1,5,1`), ":2: quoted fields are not supported"},
		"long line":        {csv(good, strings.Repeat("A", 300<<10)), ":3: the line is longer than 65536 bytes"},
		"cut gzip":         {zip(csv(good))[:40], ": unexpected EOF"},
		"line after blank": {csv(good, "", "A,X,1,5"), ":4: 4 fields"},
	} {
		path := write(t, "a.csv", c.text)
		r, err := Open([]string{path}, Options{})
		for err == nil {
			err = r.Next(&market.Tick{})
		}
		if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %q, want one with %q", name, err, path+c.want)
		}
	}
	for _, paths := range [][]string{nil, {filepath.Join(t.TempDir(), "none.csv")}, {t.TempDir()}} {
		if _, err := Open(paths, Options{}); err == nil {
			t.Errorf("opening %q is no error", paths)
		}
	}
}

// TestNameByExchangeNeedsOne: a symbol can't be named by an exchange that is not
// there.
func TestNameByExchangeNeedsOne(t *testing.T) {
	if _, err := Open([]string{write(t, "a.csv", csv("A,,1,5,1"))}, Options{NameByExchange: true}); err == nil || !strings.Contains(err.Error(), ":2: symbol A has no exchange") {
		t.Errorf("got %v", err)
	}
}

// TestMerge: the merged order is by time over files; each file's own order is
// kept, its late ticks stay behind the tick that they followed.
func TestMerge(t *testing.T) {
	a := write(t, "a.csv", csv("a1,X,10,1,1", "a2,X,30,1,1", "a3,X,20,1,1", "a4,X,50,1,1"))
	b := write(t, "b.csv", csv("b1,X,10,1,1", "b2,X,25,1,1", "b3,X,30,1,1"))
	none := write(t, "none.csv", csv()[:len(Header)])
	var got []string
	for _, tick := range all(t, open(t, Options{}, a, none, b)) {
		got = append(got, tick.Symbol)
	}
	if want := []string{"a1", "b1", "b2", "a2", "a3", "b3", "a4"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMergeIsASort: files that are sorted merge to what a stable sort of their
// concatenation gives.
func TestMergeIsASort(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		type row struct {
			symbol string
			ms     int64
		}
		var want []row
		var paths []string
		for f := range 1 + random.IntN(6) {
			ms, lines := random.Int64N(50), []string(nil)
			for k := range random.IntN(40) {
				ms += random.Int64N(4)
				want = append(want, row{fmt.Sprintf("%d-%d", f, k), ms})
				lines = append(lines, fmt.Sprintf("%d-%d,X,%d,1,1", f, k, ms))
			}
			paths = append(paths, write(t, "f.csv", csv(lines...)))
		}
		slices.SortStableFunc(want, func(a, b row) int { return int(a.ms - b.ms) })
		var got []row
		for _, tick := range all(t, open(t, Options{}, paths...)) {
			got = append(got, row{tick.Symbol, tick.TimeMs})
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// sent notes when each tick was sent.
type sent struct {
	now   *time.Time
	at    []int64
	fail  error
	after int
}

func (s *sent) Send(_ context.Context, t *market.Tick) error {
	if s.fail != nil && len(s.at) == s.after {
		return s.fail
	}
	s.at = append(s.at, s.now.UnixMilli())
	return nil
}

func fakeClock(now *time.Time) pace.Clock {
	return pace.Clock{
		Now:   func() time.Time { return *now },
		Sleep: func(_ context.Context, d time.Duration) error { *now = now.Add(d.Round(time.Millisecond)); return nil },
	}
}

func TestRunKeepsThePace(t *testing.T) {
	path := write(t, "a.csv", csv("A,X,5000,1,1", "A,X,6000,1,1", "A,X,5500,1,1", "A,X,15000,1,1"))
	for speed, want := range map[float64][]int64{
		1:  {100, 1100, 1100, 10_100},
		10: {100, 200, 200, 1100},
		0:  {100, 100, 100, 100},
	} {
		now := time.UnixMilli(100)
		r := open(t, Options{Speed: speed, Clock: fakeClock(&now)}, path)
		sink := &sent{now: &now}
		if err := r.Run(t.Context(), sink); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(sink.at, want) {
			t.Errorf("speed %v: sent at %v, want %v", speed, sink.at, want)
		}
		if p := r.Progress(); p.Elapsed != time.Duration(want[3]-100)*time.Millisecond {
			t.Errorf("speed %v: elapsed %s", speed, p.Elapsed)
		}
	}
}

func TestPerSecond(t *testing.T) {
	if got := (Progress{Ticks: 500, Elapsed: 2 * time.Second}).PerSecond(); got != 250 {
		t.Errorf("got %v, want 250", got)
	}
	if got := (Progress{Ticks: 500}).PerSecond(); got != 0 {
		t.Errorf("without time got %v, want 0", got)
	}
}

func TestRunEnds(t *testing.T) {
	path := write(t, "a.csv", csv("A,X,5000,1,1", "A,X,6000,1,1", "A,X,6000,oops,1"))
	now, full := time.UnixMilli(0), errors.New("full")
	sink := &sent{now: &now, fail: full, after: 1}
	err := open(t, Options{Clock: fakeClock(&now)}, path).Run(t.Context(), sink)
	if !errors.Is(err, full) || !strings.Contains(err.Error(), "tick 2, A at 6000") {
		t.Errorf("got %v", err)
	}
	err = open(t, Options{Clock: fakeClock(&now)}, path).Run(t.Context(), &sent{now: &now})
	if err == nil || !strings.Contains(err.Error(), ":4: price") {
		t.Errorf("got %v, want the wrong line", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ended := open(t, Options{Clock: fakeClock(&now)}, path)
	if err := ended.Run(ctx, &sent{now: &now}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want cancelled", err)
	}
	if n := ended.Progress().Ticks; n != 0 {
		t.Errorf("%d ticks of a run that sent none", n)
	}
}

// FuzzFile: no text makes the reader panic or loop, and every error names a line.
func FuzzFile(f *testing.F) {
	f.Add(csv("A,X,1,5,1"))
	f.Add(zip(csv("A,X,1,5,1")))
	f.Add("\x1f\x8b")
	f.Fuzz(func(t *testing.T, text string) {
		path := write(t, "a.csv", text)
		r, err := Open([]string{path}, Options{})
		if err == nil {
			defer r.Close()
			for err == nil {
				err = r.Next(&market.Tick{})
			}
		}
		if !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), path) {
			t.Errorf("the error %q does not name the file", err)
		}
	})
}

func BenchmarkNext(b *testing.B) {
	var lines []string
	for i := range 100_000 {
		lines = append(lines, fmt.Sprintf("S%d,X,%d,167.41,100", i%4, 1_381_132_800_464+i))
	}
	path := write(b, "a.csv", csv(lines...))
	b.ReportAllocs()
	for n := 0; n < b.N; {
		r := open(b, Options{}, path)
		var tick market.Tick
		for ; n < b.N && r.Next(&tick) == nil; n++ {
		}
	}
}
