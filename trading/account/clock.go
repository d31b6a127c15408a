package account

import (
	"slices"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/risk"
)

// aDayMs: a tick that is more than a day older than its symbol's latest one is not late,
// but of a replay, and time follows it. One that is more than a day newer than any of the
// account may be wrong.
const aDayMs = 24 * 60 * 60 * 1000

// Leap is the latest move of the account's clock by more than a day. While one tick alone
// has made it, that tick may have been ahead of its time: then the next one of any symbol
// takes the clock back, and the day goes on as it was.
type Leap struct {
	// ToMs is where the clock went; it is kept when the clock came back, for another
	// tick there means that the first was right, unless a symbol that was there has come
	// back itself.
	ToMs int64 `json:"to_ms"`
	// Symbol is that of the tick, while no other tick has come there; the rest is how
	// things stood before.
	Symbol    string          `json:"symbol,omitempty"`
	FromMs    int64           `json:"from_ms,omitempty"`
	DayBase   decimal.Decimal `json:"day_base,omitzero"`
	LossLevel risk.Level      `json:"loss_level,omitempty"`
	Today     int64           `json:"today,omitempty"`
}

// alone tells whether no other tick has come to where the clock went.
func (l *Leap) alone() bool { return l.Symbol != "" }

// advance moves the market's time to a tick's. It goes back only when the tick's symbol
// does so by more than a day, or is new, and goes on there: the first one may be of a trade
// of days ago. A symbol whose ticks are behind those of others, as after a stop, is no replay.
func (a *Account) advance(s *Symbol, m *Mark) {
	ms, leap := m.TimeMs, &a.s.Leap
	switch first := a.s.ClockMs == 0; {
	case first:
		a.s.ClockMs, a.s.Day = ms, a.guard.Day(ms)
		a.startDay()
	case ms > a.s.ClockMs+aDayMs && (ms > leap.ToMs+aDayMs || ms < leap.ToMs-aDayMs):
		a.leap(s, ms)
	case ms >= a.s.ClockMs-aDayMs:
		if s.ofReplay(m) && ms < leap.ToMs-aDayMs {
			leap.ToMs = 0 // its own symbol comes back, and goes on where it was
		}
		a.believe(ms)
		a.moveTo(max(a.s.ClockMs, ms))
	case leap.alone():
		a.takeBack()
		a.advance(s, m)
	case s.Ticks == 1 || s.ofReplay(m):
		a.moveTo(ms)
	}
}

// moveTo sets the clock. A new day counts its loss from what the account has come to by
// now, and ends the orders of the day before.
func (a *Account) moveTo(ms int64) {
	if a.s.ClockMs = ms; a.beginDay(ms) {
		for _, s := range a.s.Symbols {
			a.endDay(s, ms)
		}
	}
}

// beginDay begins the day of a time and tells whether it is another one.
func (a *Account) beginDay(ms int64) bool {
	day := a.guard.Day(ms)
	if day == a.s.Day {
		return false
	}
	a.s.Day = day
	a.startDay()
	a.s.Leap.forget()
	a.s.Recent.NewDay()
	return true
}

func (a *Account) startDay() {
	a.s.DayBase, a.s.LossLevel = a.profit(), 0
}

// grantDay counts the day's loss afresh, and goes on so when a leap is taken back.
func (a *Account) grantDay() {
	a.startDay()
	if a.s.Leap.alone() {
		a.s.Leap.DayBase, a.s.Leap.LossLevel = a.s.DayBase, a.s.LossLevel
	}
}

// forget keeps of a leap only where it went.
func (l *Leap) forget() { *l = Leap{ToMs: l.ToMs} }

// leap moves the clock by more than a day, on the word of one tick. Only its own symbol's
// orders end now; those of others end at the next tick, before it can fill them, when
// that is of such a day, too.
func (a *Account) leap(s *Symbol, ms int64) {
	a.believe(ms) // the leap before: it was no further ahead than the market is by now
	was := Leap{ToMs: ms, Symbol: s.Name, FromMs: a.s.ClockMs, DayBase: a.s.DayBase, LossLevel: a.s.LossLevel, Today: a.s.Recent.Today}
	a.s.ClockMs = ms
	if !a.beginDay(ms) { // summer time has ended
		return
	}
	a.endDay(s, ms)
	for _, other := range a.s.Symbols {
		for _, o := range other.Orders {
			o.DayOver = other != s
		}
	}
	a.s.Leap = was
}

// believe notes that another tick has come to where the clock went, or further.
func (a *Account) believe(ms int64) {
	if !a.s.Leap.alone() {
		return
	}
	for _, s := range a.s.Symbols {
		for _, o := range slices.Clone(s.Orders) {
			if o.DayOver && !a.live() {
				o.DayOver = false
				a.endOrder(s, o, ms)
			}
		}
	}
	a.s.Leap.forget()
}

// takeBack undoes a leap that no other tick has followed.
func (a *Account) takeBack() {
	l := a.s.Leap
	a.s.ClockMs, a.s.Day = l.FromMs, a.guard.Day(l.FromMs)
	a.s.DayBase, a.s.LossLevel = l.DayBase, l.LossLevel
	a.s.Recent.Today += l.Today
	for _, o := range a.orders {
		o.DayOver = false
	}
	a.s.Leap.forget()
}
