package actors

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages/veloxpb"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/market"
)

// brokenDays are exchanges whose trading days have several sessions or begin on the
// evening before.
func brokenDays(t *testing.T) market.Calendars {
	t.Helper()
	hours := func(list ...float64) (out []market.Hours) {
		for i := 0; i < len(list); i += 2 {
			out = append(out, market.Hours{Open: time.Duration(list[i] * float64(time.Hour)), Close: time.Duration(list[i+1] * float64(time.Hour))})
		}
		return out
	}
	all := make(market.Calendars)
	for name, s := range map[string]market.Schedule{
		"LUNCH": {Zone: "Asia/Hong_Kong", Sessions: hours(9.5, 12, 13, 16)},
		"NIGHT": {Zone: "Australia/Sydney", Sessions: hours(17, 7, 10, 16.5)},
		"CME":   {Zone: "America/New_York", Sessions: hours(18, 17)},
	} {
		c, err := market.NewCalendar(s)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = c
	}
	return all
}

// dayRun is a frame of candles of half an hour, each of one tick.
type dayRun struct {
	t      *testing.T
	config Config
	at     string // exchange
	zone   *time.Location
	frame  *frame
}

func newDayRun(t *testing.T, exchange, zone string, indicators ...string) *dayRun {
	t.Helper()
	r := &dayRun{t: t, at: exchange, config: Config{Symbols: SymbolSettings{Calendars: brokenDays(t)}}}
	r.frame = &frame{timeframe: market.MustParseTimeframe("30min"), periods: 100}
	var err error
	if r.zone, err = time.LoadLocation(zone); err != nil {
		t.Fatal(err)
	}
	r.frame.open(&r.config, exchange)
	for _, name := range indicators {
		if err := r.frame.addIndicator(name); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// candle closes one at a time on the wall, with a price and a volume of 1, and gives
// the values by name.
func (r *dayRun) candle(at string, price int64) map[string]float64 {
	r.t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", at, r.zone)
	if err != nil {
		r.t.Fatal(err)
	}
	ms := when.UnixMilli()
	if placed := r.frame.builder.Add(&market.Tick{TimeMs: ms, Price: decimal.FromInt(price), Volume: decimal.FromInt(1)}, ms); placed != market.InCandle {
		r.t.Fatalf("%s is %v, in no candle", at, placed)
	}
	closed := r.frame.builder.Advance(ms + time.Hour.Milliseconds())
	if len(closed) != 1 || closed[0].StartMs != ms {
		r.t.Fatalf("%s: closes %+v", at, closed)
	}
	r.frame.closed(closed[0])
	values := make(map[string]float64)
	for _, v := range r.frame.lastValues() {
		values[v.Name] = v.Value
	}
	return values
}

// restart saves the frame and loads it; change may spoil what was saved.
func (r *dayRun) restart(change func(*veloxpb.TimeframeState)) {
	r.t.Helper()
	data, err := proto.Marshal(r.frame.state())
	saved := &veloxpb.TimeframeState{}
	if err == nil {
		err = proto.Unmarshal(data, saved)
	}
	if err == nil {
		change(saved)
		m := &symbol{config: &r.config, exchange: r.at, lastMs: 1}
		r.frame, err = m.loadFrame(saved)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

type dayStep struct {
	at    string
	price int64
	wants map[string]float64 // values that are not there are not warm
}

func (r *dayRun) play(steps ...dayStep) {
	r.t.Helper()
	for _, s := range steps {
		got := r.candle(s.at, s.price)
		for _, m := range r.frame.meters {
			for _, o := range m.outputs {
				want, warm := s.wants[o.name]
				if have, ok := got[o.name]; ok != warm || have != want {
					r.t.Errorf("%s: %s is %v, %v; want %v, %v", s.at, o.name, have, ok, want, warm)
				}
			}
		}
	}
}

type values = map[string]float64

// TestIndicatorsOfABrokenDay: what begins with a session begins with the trading day,
// and goes on after its break; a save in the break changes nothing.
func TestIndicatorsOfABrokenDay(t *testing.T) {
	for name, restarts := range map[string]bool{"running": false, "restarted": true} {
		t.Run(name, func(t *testing.T) {
			r := newDayRun(t, "LUNCH", "Asia/Hong_Kong", "PIVOTS_P", "VWAP", "OPENRANGE_60_HIGH", "AVWAP_0_1", "AVWAP_1_1")
			r.play(
				dayStep{"2024-01-09 09:30", 30, values{"VWAP": 30, "AVWAP_0_1": 30, "AVWAP_1_1": 30}},
				dayStep{"2024-01-09 11:30", 10, values{"VWAP": 20, "AVWAP_0_1": 20, "AVWAP_1_1": 20, "OPENRANGE_60_HIGH": 30}},
			)
			if restarts {
				r.restart(func(*veloxpb.TimeframeState) {})
			}
			r.play(
				dayStep{"2024-01-09 13:00", 20, values{"VWAP": 20, "AVWAP_0_1": 20, "AVWAP_1_1": 20, "OPENRANGE_60_HIGH": 30}},
				// The whole day before: (30 + 10 + 20) / 3.
				dayStep{"2024-01-10 09:30", 50, values{"PIVOTS_P": 20, "VWAP": 50, "AVWAP_0_1": 50, "AVWAP_1_1": 50}},
				dayStep{"2024-01-10 13:00", 70, values{"PIVOTS_P": 20, "VWAP": 60, "AVWAP_0_1": 60, "AVWAP_1_1": 60, "OPENRANGE_60_HIGH": 50}},
			)
		})
	}
}

// TestIndicatorsOfANight: the night before belongs to the trading day, whose week and
// month are those of its date, also where the night opens in the middle of UTC's day.
func TestIndicatorsOfANight(t *testing.T) {
	for exchange, c := range map[string]struct{ zone, night, next string }{
		"NIGHT": {"Australia/Sydney", "17:00", "10:00"},
		"CME":   {"America/New_York", "18:00", "09:00"},
	} {
		r := newDayRun(t, exchange, c.zone, "PIVOTS_P", "VWAP", "AVWAP_1_1", "AVWAP_2_1", "AVWAP_3_1")
		r.play(
			dayStep{"2024-03-28 " + c.night, 12, values{"VWAP": 12, "AVWAP_1_1": 12, "AVWAP_2_1": 12, "AVWAP_3_1": 12}},
			dayStep{"2024-03-29 " + c.next, 24, values{"VWAP": 18, "AVWAP_1_1": 18, "AVWAP_2_1": 18, "AVWAP_3_1": 18}},
			// Sunday's evening is of Monday, 1 April.
			dayStep{"2024-03-31 " + c.night, 60, values{"PIVOTS_P": 20, "VWAP": 60, "AVWAP_1_1": 60, "AVWAP_2_1": 60, "AVWAP_3_1": 60}},
			dayStep{"2024-04-01 " + c.next, 90, values{"PIVOTS_P": 20, "VWAP": 75, "AVWAP_1_1": 75, "AVWAP_2_1": 75, "AVWAP_3_1": 75}},
			dayStep{"2024-04-01 " + c.night, 30, values{"PIVOTS_P": 80, "VWAP": 30, "AVWAP_1_1": 30, "AVWAP_2_1": 60, "AVWAP_3_1": 60}},
		)
	}
}

// TestStateOfHalfDays: state that was saved with the sessions of a broken day apart
// warms new indicators with whole days.
func TestStateOfHalfDays(t *testing.T) {
	r := newDayRun(t, "LUNCH", "Asia/Hong_Kong")
	r.play(dayStep{"2024-01-09 09:30", 30, nil}, dayStep{"2024-01-09 13:00", 10, nil}, dayStep{"2024-01-10 09:30", 50, nil})
	want := slices.Clone(r.frame.bars)
	r.restart(func(s *veloxpb.TimeframeState) {
		s.BarSessionsMs[1] = int64(s.Bars[6]) // the afternoon's open
	})
	if !slices.Equal(r.frame.bars, want) {
		t.Errorf("the bars are %+v, want %+v", r.frame.bars, want)
	}
	if err := r.frame.addIndicator("PIVOTS_P"); err != nil {
		t.Fatal(err)
	}
	r.play(dayStep{"2024-01-10 13:00", 70, values{"PIVOTS_P": 50. / 3}})
}
