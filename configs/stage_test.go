package configs

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/strategy"
)

// stage plays ticks through candles, indicators, strategies and an account, as the
// shards do, without any of their machinery. Its script has lines
//
//	2024-01-08                            the day of the times below
//	NIFTY 5min 09:15 100 100x5 100..110/4@500
//
// A day ends with its line's end: each line gives a symbol's candles from a time on,
// by their closes: one, the same n times, or n that go evenly to a price; @ is the
// volume of each. A candle has a tick at its start, at the last close; one in its
// middle; and one a second before its end.
type stage struct {
	t        *testing.T
	zone     *time.Location
	calendar market.Calendar
	reload   bool // save and load everything before every update
	// slow names a symbol whose candles' ends are told after all others'.
	slow string

	account    *account.Account
	deployed   []account.Deployed
	strategies []strategy.Strategy
	frames     []*stageFrame
	last       map[string]float64
	clockMs    int64
	n          int64
	log        []string
}

type stageFrame struct {
	symbol     string
	timeframe  market.Timeframe
	builder    *market.Builder
	names      []string
	specs      []indicator.Spec
	outputs    []int
	indicators []indicator.Indicator
}

// newStage opens the account of a file with its strategies.
func newStage(t *testing.T, file string) *stage {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("strategies", file))
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, calendar: market.NSE(), last: make(map[string]float64)}
	if s.zone, err = time.LoadLocation("Asia/Kolkata"); err != nil {
		t.Fatal(err)
	}
	a := cfg.Accounts[0]
	s.account = account.New(a.UserID)
	s.command(account.CmdOpenAccount, account.OpenAccount{
		Deposit: a.Deposit, Limits: risk.Limits{DailyLoss: a.Limits.DailyLoss, PositionSize: a.Limits.PositionSize},
	})
	for _, d := range a.Strategies {
		s.command(account.CmdDeploy, account.Deploy{
			StrategyID: d.Name, Name: d.Name, Symbols: d.Symbols, Timeframe: d.Timeframe,
			Rules: Texts(d.Rules), Code: d.Code, Parameters: Texts(d.Parameters),
		})
	}
	s.deployed = s.account.Strategies()
	for i := range s.deployed {
		made, err := s.deployed[i].New()
		if err != nil {
			t.Fatal(err)
		}
		s.strategies = append(s.strategies, made)
		for _, n := range made.Needs() {
			s.addFrame(n)
		}
	}
	return s
}

func (s *stage) command(kind account.CommandType, data any) {
	s.t.Helper()
	s.n++
	raw, err := json.Marshal(data)
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := account.ParseCommand(fmt.Sprint(s.n), s.account.UserID(), 1, kind, raw)
	if err == nil {
		_, err = s.account.Command(c, account.Cause{Origin: fmt.Sprint("command/0/", s.n), TimeMs: 1})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) addFrame(n strategy.Need) {
	f := &stageFrame{symbol: n.Symbol, timeframe: n.Timeframe, builder: market.NewBuilder(n.Timeframe, s.calendar, time.Second), names: n.Indicators}
	for _, name := range n.Indicators {
		spec, output, err := indicator.ParseName(name)
		if err != nil {
			s.t.Fatal(err)
		}
		f.specs, f.outputs = append(f.specs, spec), append(f.outputs, output)
		f.indicators = append(f.indicators, indicator.New(spec))
	}
	s.frames = append(s.frames, f)
}

// play runs a script and compares what the account did with what is wanted.
func (s *stage) play(script, want string) {
	s.t.Helper()
	var ticks []market.Tick
	day := ""
	for line := range strings.Lines(script) {
		words := strings.Fields(line)
		switch {
		case len(words) == 1:
			day = words[0]
		case len(words) > 1:
			ticks = append(ticks, s.ticks(day, words)...)
		}
	}
	slices.SortStableFunc(ticks, func(a, b market.Tick) int {
		if a.TimeMs != b.TimeMs {
			return int(a.TimeMs - b.TimeMs)
		}
		return strings.Compare(a.Symbol, b.Symbol)
	})
	for i := range ticks {
		s.tick(&ticks[i])
	}
	var lines []string
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			lines = append(lines, line)
		}
	}
	if got, w := strings.Join(s.log, "\n"), strings.Join(lines, "\n"); got != w {
		s.t.Errorf("gives\n%s\nwant\n%s", got, w)
	}
}

// ticks gives the ticks of a script's line.
func (s *stage) ticks(day string, words []string) []market.Tick {
	s.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+words[2], s.zone)
	if err != nil {
		s.t.Fatal(err)
	}
	length := market.MustParseTimeframe(words[1]).Duration()
	var out []market.Tick
	for _, word := range words[3:] {
		word, volume, _ := strings.Cut(word, "@")
		for _, close := range s.closes(words[0], word) {
			first, ok := s.last[words[0]]
			if !ok {
				first = close
			}
			for i, price := range []float64{first, (first + close) / 2, close} {
				ms := at.Add([]time.Duration{0, length / 2, length - time.Second}[i]).UnixMilli()
				p, err := decimal.FromFloat(math.Round(price*100) / 100)
				if err != nil {
					s.t.Fatal(err)
				}
				v := decimal.FromInt(100)
				if volume != "" {
					v = decimal.MustParse(volume)
				}
				out = append(out, market.Tick{Symbol: words[0], Exchange: "NSE", TimeMs: ms, Price: p, Volume: v})
			}
			s.last[words[0]] = close
			at = at.Add(length)
		}
	}
	return out
}

// closes reads 100, 100x5 or 100..110/4.
func (s *stage) closes(symbol, word string) []float64 {
	number := func(text string) float64 {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			s.t.Fatal(err)
		}
		return v
	}
	if from, rest, ok := strings.Cut(word, ".."); ok {
		to, n, _ := strings.Cut(rest, "/")
		a, b, steps := number(from), number(to), int(number(n))
		list := make([]float64, steps)
		for i := range list {
			list[i] = a + (b-a)*float64(i+1)/float64(steps)
		}
		return list
	}
	close, n, repeated := strings.Cut(word, "x")
	if !repeated {
		n = "1"
	}
	return slices.Repeat([]float64{number(close)}, int(number(n)))
}

// tick closes what is due, then takes the tick in, as a symbol shard does.
func (s *stage) tick(t *market.Tick) {
	s.clockMs = max(s.clockMs, t.TimeMs)
	for _, slow := range []bool{false, true} {
		for _, f := range s.frames {
			if (f.symbol == s.slow) != slow {
				continue
			}
			for _, c := range f.builder.Advance(s.clockMs) {
				ev := &strategy.Event{Symbol: f.symbol, Timeframe: f.timeframe, TimeMs: c.EndMs - 1, Price: c.Close, Closed: true, Candle: &c}
				for i, in := range f.indicators {
					in.Update(f.bar(&c))
					out := make([]float64, len(f.specs[i].OutputNames()))
					if in.Last(out) {
						ev.Values = append(ev.Values, strategy.Value{Name: f.names[i], Value: out[f.outputs[i]]})
					}
				}
				s.update(ev, market.Seq{}, decimal.Decimal{})
			}
		}
	}
	s.n++
	seq := market.Seq{Offset: s.n}
	for _, f := range s.frames {
		if f.symbol != t.Symbol || f.builder.Add(t, s.clockMs) != market.InCandle {
			continue
		}
		c, _ := f.builder.Forming()
		ev := &strategy.Event{Symbol: f.symbol, Timeframe: f.timeframe, TimeMs: t.TimeMs, Price: t.Price, Candle: &c}
		for i, in := range f.indicators {
			out := make([]float64, len(f.specs[i].OutputNames()))
			if in.Peek(f.bar(&c), out) {
				ev.Values = append(ev.Values, strategy.Value{Name: f.names[i], Value: out[f.outputs[i]], Realtime: true})
			}
		}
		s.update(ev, seq, t.Volume)
	}
}

func (f *stageFrame) bar(c *market.Candle) indicator.Bar {
	openMs, day := f.builder.TradingDay(c.StartMs)
	return indicator.Bar{
		StartMs: c.StartMs, Open: c.Open.Float64(), High: c.High.Float64(), Low: c.Low.Float64(),
		Close: c.Close.Float64(), Volume: c.Volume.Float64(), SessionMs: openMs, Day: day,
	}
}

// update takes an update in, as an account shard does.
func (s *stage) update(ev *strategy.Event, seq market.Seq, volume decimal.Decimal) {
	if s.reload {
		s.saveAndLoad()
	}
	cause := account.Cause{Origin: fmt.Sprintf("t/0/%d/%s", s.n, ev.Timeframe), TimeMs: ev.TimeMs}
	if ev.Closed {
		cause.Origin += fmt.Sprintf("/%s/%d", ev.Symbol, ev.TimeMs)
	}
	books := make([]*strategy.Book, len(s.strategies))
	for i := range s.strategies {
		books[i] = s.account.Book(s.deployed[i].StrategyID)
	}
	s.note(ev.TimeMs, s.account.Mark(account.Mark{
		Symbol: ev.Symbol, TimeMs: ev.TimeMs, Price: ev.Price, Volume: volume, Seq: seq, Closing: ev.Closed,
	}, cause))
	for i, made := range s.strategies {
		for leg, g := range made.Step(ev, books[i]) {
			s.log = append(s.log, s.at(ev.TimeMs)+" "+describe(&g))
			s.note(ev.TimeMs, s.account.Signal(g, cause, leg))
		}
	}
}

func (s *stage) saveAndLoad() {
	parts, err := s.account.Save()
	if err == nil {
		s.account, err = account.Load(s.account.UserID(), parts)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range s.strategies {
		fresh, err := s.deployed[i].New()
		if err == nil {
			err = fresh.LoadState(s.strategies[i].AppendState(nil))
		}
		if err != nil {
			s.t.Fatal(err)
		}
		s.strategies[i] = fresh
	}
}

// at writes an event's time; what happens when a candle closes is told at its end.
func (s *stage) at(ms int64) string {
	if ms%1000 == 999 {
		ms++
	}
	return time.UnixMilli(ms).In(s.zone).Format("02 15:04:05")
}

func describe(g *strategy.Signal) string {
	text := fmt.Sprintf("signal %s %v %s", g.Action, g.Quantity, g.Symbol)
	if g.Exit {
		text = strings.Replace(text, "signal", "exit", 1)
	}
	for _, p := range []struct {
		name  string
		price decimal.Decimal
	}{{"stop", g.StopLoss}, {"target", g.Target}, {"trail", g.TrailingStop}} {
		if !p.price.IsZero() {
			text += fmt.Sprintf(" %s %.2f", p.name, p.price.Float64())
		}
	}
	return text
}

// note logs the orders' events.
func (s *stage) note(ms int64, events []account.Event) {
	for _, e := range events {
		o, ok := e.(account.OrderEvent)
		if !ok || o.Type == account.Placed && o.Purpose == order.Signalled {
			continue // the signal was told
		}
		text := fmt.Sprintf("%s %s %s %v %s", s.at(ms), strings.ToLower(string(o.Type)), o.Side, o.Quantity, o.Symbol)
		if o.Execution != nil {
			text += fmt.Sprintf(" at %v", o.Execution.AveragePrice)
		}
		if o.Purpose != order.Signalled {
			text += " " + strings.ToLower(string(o.Purpose))
		}
		if o.Reason != "" {
			text += " " + string(o.Reason)
		}
		s.log = append(s.log, text)
	}
}
