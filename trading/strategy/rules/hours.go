package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/spelling"
)

const (
	minuteMs  = int64(60_000)
	dayMs     = 24 * 60 * minuteMs
	dayLength = 24 * 60 // minutes
)

// hours is a strategy's notion of local time: its zone, its session, the windows
// in which it enters, and when it squares off. It is immutable.
type hours struct {
	zone *time.Location
	// open and close are minutes of the local day; a session whose close is not
	// after its open ends on the next day.
	open, close int
	// declared: the rules give a session. Without one it is the whole local day.
	declared  bool
	windows   []window
	squareOff int // minutes of the local day; -1: never
}

// window is a time of the week in which entries are allowed, [from, to).
type window struct {
	days     [7]bool // by time.Weekday, of the day on which it begins
	from, to int
}

// span is one session, [openMs, closeMs).
type span struct{ openMs, closeMs int64 }

func (s span) holds(ms int64) bool { return ms >= s.openMs && ms < s.closeMs }

// moment is when the clocks on the wall show a minute of a day, also on the days on
// which the zone changes its offset.
func (h *hours) moment(local time.Time, addDays, minute int) int64 {
	y, m, d := local.Date()
	return time.Date(y, m, d+addDays, 0, minute, 0, 0, h.zone).UnixMilli()
}

// session gives the session that holds a time, and whether there is one.
func (h *hours) session(ms int64) (span, bool) {
	local := time.UnixMilli(ms).In(h.zone)
	ends := 0
	if h.close <= h.open {
		ends = 1
	}
	for back := 0; back >= -ends; back-- {
		s := span{h.moment(local, back, h.open), h.moment(local, back+ends, h.close)}
		if s.holds(ms) {
			return s, true
		}
	}
	return span{}, false
}

// inWindow tells whether an entry is allowed by the windows.
func (h *hours) inWindow(ms int64) bool {
	if len(h.windows) == 0 {
		return true
	}
	local := time.UnixMilli(ms).In(h.zone)
	minute, today := local.Hour()*60+local.Minute(), local.Weekday()
	yesterday := (today + 6) % 7
	for _, w := range h.windows {
		switch {
		case w.from < w.to:
			if w.days[today] && minute >= w.from && minute < w.to {
				return true
			}
		case w.days[today] && minute >= w.from, w.days[yesterday] && minute < w.to:
			return true
		}
	}
	return false
}

// lastSquareOff gives the newest time of squaring off that is not after ms.
func (h *hours) lastSquareOff(ms int64) int64 {
	local := time.UnixMilli(ms).In(h.zone)
	if at := h.moment(local, 0, h.squareOff); at <= ms {
		return at
	}
	return h.moment(local, -1, h.squareOff)
}

// squareOffOn is lastSquareOff of a symbol whose exchange may close early. When that is
// before the time of squaring off, it comes as long before the close as on other days, but
// not before the session's open.
func (h *hours) squareOffOn(cached *span, early market.EarlyClose, nowMs int64) int64 {
	last := h.lastSquareOff(nowMs)
	if !early.Is() {
		return last
	}
	at := h.lastSquareOff(early.UsualMs)
	if at < early.CloseMs {
		return last
	}
	at -= early.UsualMs - early.CloseMs
	if sess, ok := h.cached(cached, early.CloseMs-1); ok {
		at = max(at, sess.openMs)
	}
	if at > nowMs {
		return last
	}
	return max(last, at)
}

// squaredOff is squareOffOn, and whether it is in the session of the time.
func (h *hours) squaredOff(cached *span, early market.EarlyClose, nowMs int64) (last int64, today bool) {
	last = h.squareOffOn(cached, early, nowMs)
	sess, inside := h.sessionOf(cached, nowMs)
	return last, inside && last >= sess.openMs
}

// SquaresOff tells whether, by the rules' hours, a position that was opened at a time is
// closed by now. early is of its symbol's exchange.
func (p *Program) SquaresOff(early market.EarlyClose, openedMs, nowMs int64) bool {
	if p.hours.squareOff < 0 {
		return false
	}
	last, today := p.hours.squaredOff(&span{}, early, nowMs)
	return today || openedMs < last
}

const wantClock = `want a time of day from 00:00 to 23:59, such as 09:15`

// parseClock reads a time of day as its minutes.
func parseClock(text string) (int, bool) {
	if len(text) != 5 || text[2] != ':' || strings.Trim(text[:2]+text[3:], "0123456789") != "" {
		return 0, false
	}
	hour, minute := int(text[0]-'0')*10+int(text[1]-'0'), int(text[3]-'0')*10+int(text[4]-'0')
	return hour*60 + minute, minute < 60 && hour*60+minute <= dayLength
}

// parseRange reads "09:15-15:30".
func parseRange(text string) (from, to int, ok bool) {
	a, b, _ := strings.Cut(text, "-")
	from, okA := parseClock(a)
	to, okB := parseClock(b)
	return from, to, okA && okB && from < dayLength && to > 0
}

var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func parseWeekday(text string) (int, bool) {
	for i, name := range weekdays {
		if text == name {
			return i, true
		}
	}
	return 0, false
}

// parseDays reads "mon-fri" or "mon/wed/fri".
func parseDays(text string) (days [7]bool, ok bool) {
	for part := range strings.SplitSeq(text, "/") {
		first, last, isRange := strings.Cut(part, "-")
		from, ok := parseWeekday(first)
		if !ok {
			return days, false
		}
		to := from
		if isRange {
			if to, ok = parseWeekday(last); !ok {
				return days, false
			}
		}
		for d := from; ; d = (d + 1) % 7 {
			days[d] = true
			if d == to {
				break
			}
		}
	}
	return days, true
}

const wantWindow = `want times with or without days before them, such as 09:20-11:30, mon-thu 13:30-15:00, mon/fri 22:00-02:00`

// windows reads windows with commas between them. An error's column is where the wrong
// one begins.
func (b *builder) windows(text string) []window {
	var list []window
	at := 0
	for part := range strings.SplitSeq(text, ",") {
		trimmed := strings.TrimLeft(part, " \t\n")
		w := window{days: [7]bool{true, true, true, true, true, true, true}}
		words, ok := strings.Fields(trimmed), true
		if len(words) == 2 {
			w.days, ok = parseDays(words[0])
			words = words[1:]
		}
		if ok = ok && len(words) == 1; ok {
			w.from, w.to, ok = parseRange(words[0])
		}
		if !ok || w.from == w.to {
			line, column := lineColumn(text, len([]rune(text[:at+len(part)-len(trimmed)])))
			b.report(&Error{Rule: "windows", Line: line, Column: column, Detail: fmt.Sprintf("%q: %s%s", strings.TrimSpace(part), asked(windowMeant(trimmed)), wantWindow)})
		}
		list = append(list, w)
		at += len(part) + 1
	}
	if len(list) > maxWindows {
		b.report(&Error{Rule: "windows", Detail: fmt.Sprintf("%d windows, more than %d", len(list), maxWindows)})
	}
	return list
}

const maxWindows = 50

// windowMeant gives the window that was probably meant; "" when that can't be told.
func windowMeant(text string) string {
	days, times := "", strings.ToLower(strings.TrimSpace(text))
	if first, rest, ok := strings.Cut(times, " "); ok {
		if _, named := parseDays(first); named {
			days, times = first+" ", strings.TrimSpace(rest)
		}
	}
	if span := spelling.Span(times); span != "" {
		return days + span
	}
	if from, to, ok := parseRange(times); ok && from != to {
		return days + times
	}
	return ""
}

// asked asks whether something was meant, as the beginning of a message that goes on; ""
// when nothing is known.
func asked(meant string) string {
	if meant == "" {
		return ""
	}
	return "did you mean " + meant + "? "
}
