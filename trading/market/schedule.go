package market

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/velox-trading/velox/trading/zone"
)

// Hours is one session of a trading day, in times on the exchange's walls.
type Hours struct {
	// Open and Close count from midnight, 0 to 24 hours. When Open is not before
	// Close, the session opens on the evening before its trading day, as futures
	// do that trade from 18:00 to 17:00.
	Open, Close time.Duration
	// Weekdays are those of the trading days; none: Monday to Friday.
	Weekdays []time.Weekday
	// From and Until bound the trading days, both included; zero: no bound.
	From, Until Date
	// SummerIn and WinterIn name a zone: the session is held only while that zone
	// has summer time, or has not. Empty: always.
	SummerIn, WinterIn string
}

// SpecialDay is a trading day with hours of its own, whatever its weekday.
type SpecialDay struct {
	Date Date
	// Hours use Open and Close alone.
	Hours []Hours
}

// Schedule says when an exchange trades.
type Schedule struct {
	// Zone is an IANA name, such as Asia/Kolkata.
	Zone string
	// Sessions are at most 8 on any day, which must not overlap.
	Sessions []Hours
	// Holidays are days without a session.
	Holidays []Date
	Special  []SpecialDay
}

// maxSessions bounds the sessions of a day.
const maxSessions = 8

// ScheduleError is one thing that is wrong in a Schedule.
type ScheduleError struct {
	// Field is where, such as "sessions[1].open", and Want what is allowed there.
	Field, Want string
}

func (e *ScheduleError) Error() string { return e.Field + ": " + e.Want }

// span is a session relative to the midnight of its trading day.
type span struct{ open, close time.Duration }

func (s span) String() string { return clockText(s.open) + " to " + clockText(s.close) }

func clockText(d time.Duration) string {
	before := ""
	if d < 0 {
		d, before = d+24*time.Hour, " the evening before"
	}
	return fmt.Sprintf("%02d:%02d%s", int(d.Hours()), int(d.Minutes())%60, before)
}

// recurring is a session that comes again every week.
type recurring struct {
	span
	field          string
	days           [7]bool
	from, until    Date
	summer, winter *time.Location
}

// plan is a schedule as it is looked up.
type plan struct {
	zone *time.Location
	// week is in the order of opening.
	week []recurring
	// special has the spans of days that don't follow the week; none: a holiday.
	special map[Date][]span
	// lines is the schedule in words, for Calendars.Fingerprint.
	lines []string
}

// NewCalendar makes a calendar. Its error joins a *ScheduleError for everything
// that is wrong.
func NewCalendar(s Schedule) (Calendar, error) {
	b := planner{plan: &plan{special: make(map[Date][]span)}}
	b.zone(&s)
	for i := range s.Sessions {
		b.session(fmt.Sprintf("sessions[%d]", i), &s.Sessions[i])
	}
	if len(s.Sessions) == 0 {
		b.wrong("sessions", "want at least one session")
	}
	for i, d := range s.Holidays {
		b.day(fmt.Sprintf("holidays[%d]", i), d, nil)
	}
	for i := range s.Special {
		b.specialDay(fmt.Sprintf("special[%d]", i), &s.Special[i])
	}
	b.overlaps()
	if len(b.errs) > 0 {
		return Calendar{}, errors.Join(b.errs...)
	}
	slices.SortStableFunc(b.plan.week, func(x, y recurring) int { return int(x.open - y.open) })
	slices.Sort(b.plan.lines)
	return Calendar{b.plan}, nil
}

// planner makes a plan and collects what is wrong.
type planner struct {
	plan *plan
	errs []error
}

func (b *planner) wrong(field, format string, args ...any) {
	b.errs = append(b.errs, &ScheduleError{field, fmt.Sprintf(format, args...)})
}

func (b *planner) location(field, name string) *time.Location {
	location, err := zone.Load(name)
	if err != nil {
		b.wrong(field, "want an IANA time zone, such as Asia/Kolkata or UTC")
		return nil
	}
	return location
}

func (b *planner) zone(s *Schedule) {
	b.plan.zone = b.location("zone", s.Zone)
	b.plan.lines = append(b.plan.lines, "zone "+s.Zone)
}

// spanOf checks open and close of a session and gives its span.
func (b *planner) spanOf(field string, h *Hours) span {
	for _, part := range []struct {
		name string
		at   time.Duration
	}{{"open", h.Open}, {"close", h.Close}} {
		if part.at < 0 || part.at > 24*time.Hour {
			b.wrong(field+"."+part.name, "want a time of day from 00:00 to 24:00")
		}
	}
	if h.Open < h.Close {
		return span{h.Open, h.Close}
	}
	if h.Close == 0 || h.Open == 24*time.Hour {
		b.wrong(field+".close", "want a time after open, which is %s, or after midnight; the end of a day is 24:00", clockText(h.Open))
	}
	return span{h.Open - 24*time.Hour, h.Close}
}

// session adds one, unless something is wrong with it: it is then held against no other.
func (b *planner) session(field string, h *Hours) {
	before := len(b.errs)
	r := recurring{span: b.spanOf(field, h), field: field, from: h.From, until: h.Until}
	days := h.Weekdays
	if len(days) == 0 {
		days = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	}
	for _, d := range days {
		if d < time.Sunday || d > time.Saturday {
			b.wrong(field+".weekdays", "want days from Sunday to Saturday")
			continue
		}
		r.days[d] = true
	}
	if !h.From.IsZero() && !h.Until.IsZero() && h.Until.Before(h.From) {
		b.wrong(field+".until", "want %v or later, which is from", h.From)
	}
	if h.SummerIn != "" {
		r.summer = b.location(field+".summer_in", h.SummerIn)
	}
	if h.WinterIn != "" {
		r.winter = b.location(field+".winter_in", h.WinterIn)
	}
	if len(b.errs) > before {
		return
	}
	b.plan.week = append(b.plan.week, r)
	b.plan.lines = append(b.plan.lines, fmt.Sprintf("session %v %v %v %v %s %s", r.span, r.days, h.From, h.Until, h.SummerIn, h.WinterIn))
}

func (b *planner) day(field string, d Date, spans []span) {
	if d.IsZero() {
		b.wrong(field, "want a date")
		return
	}
	if _, twice := b.plan.special[d]; twice {
		b.wrong(field, "%v is given twice among holidays and special days", d)
		return
	}
	b.plan.special[d] = spans
	b.plan.lines = append(b.plan.lines, fmt.Sprintf("day %v %v", d, spans))
}

func (b *planner) specialDay(field string, s *SpecialDay) {
	before := len(b.errs)
	var spans []span
	for i := range s.Hours {
		spans = append(spans, b.spanOf(fmt.Sprintf("%s.sessions[%d]", field, i), &s.Hours[i]))
	}
	if len(spans) == 0 || len(spans) > maxSessions {
		b.wrong(field+".sessions", "want 1 to %d sessions; a day without any is a holiday", maxSessions)
	}
	slices.SortFunc(spans, func(x, y span) int { return int(x.open - y.open) })
	for i := 1; i < len(spans); i++ {
		if spans[i].open < spans[i-1].close {
			b.wrong(field+".sessions", "%v overlaps %v", spans[i], spans[i-1])
		}
	}
	if len(b.errs) > before {
		spans = nil
	}
	b.day(field+".date", s.Date, spans)
}

// on gives the spans of a trading day, in order.
func (p *plan) on(d Date) (spans [maxSessions]span, n int) {
	if special, ok := p.special[d]; ok {
		return spans, copy(spans[:], special)
	}
	return p.usual(d)
}

// usual gives the spans of a trading day as its weekday has them, in order.
func (p *plan) usual(d Date) (spans [maxSessions]span, n int) {
	weekday := d.Weekday()
	for i := range p.week {
		if r := &p.week[i]; r.days[weekday] && r.holds(d) && n < maxSessions {
			spans[n] = r.span
			n++
		}
	}
	return spans, n
}

// holds tells whether a session is held on a day of one of its weekdays.
func (r *recurring) holds(d Date) bool {
	if !r.from.IsZero() && d.Before(r.from) || !r.until.IsZero() && r.until.Before(d) {
		return false
	}
	return (r.summer == nil || summerTime(d, r.summer)) && (r.winter == nil || !summerTime(d, r.winter))
}

// summerTime tells whether a zone has summer time at a day's noon.
func summerTime(d Date, zone *time.Location) bool {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, zone).IsDST()
}
