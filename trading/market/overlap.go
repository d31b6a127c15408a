package market

import (
	"slices"
	"time"
)

// overlaps reports sessions that would be held at the same time: two of the week,
// on one day or on days that follow each other, and those of a special day with
// the days around it.
func (b *planner) overlaps() {
	week := b.plan.week
	for i := range week {
		for j := range week {
			x, y := &week[i], &week[j]
			if i < j && x.sameDay(y) && x.open < y.close && y.open < x.close {
				b.wrong(y.field, "%v overlaps %s, which is %v", y.span, x.field, x.span)
			}
			// A session of the next day may open on this one's evening.
			if x.dayBefore(y) && y.open+24*time.Hour < x.close {
				b.wrong(y.field, "%v overlaps %s of the day before, which is %v", y.span, x.field, x.span)
			}
		}
	}
	for day := range 7 {
		held := 0
		for i := range week {
			if week[i].days[day] {
				held++
			}
		}
		if held > maxSessions {
			b.wrong("sessions", "%v has %d, want at most %d", time.Weekday(day), held, maxSessions)
		}
	}
	days := make([]Date, 0, len(b.plan.special))
	for d := range b.plan.special {
		days = append(days, d)
	}
	slices.SortFunc(days, compareDates)
	for _, d := range days {
		b.followed(d.AddDays(-1), d)
		if _, special := b.plan.special[d.AddDays(1)]; !special { // else it is its turn next
			b.followed(d, d.AddDays(1))
		}
	}
}

// followed reports a day whose last session goes on into the first of the next.
func (b *planner) followed(day, next Date) {
	x, n := b.plan.on(day)
	y, m := b.plan.on(next)
	if n > 0 && m > 0 && y[0].open+24*time.Hour < x[n-1].close {
		b.wrong("special", "%v of %v overlaps %v of %v", y[0], next, x[n-1], day)
	}
}

func compareDates(x, y Date) int {
	switch {
	case x.Before(y):
		return -1
	case y.Before(x):
		return 1
	default:
		return 0
	}
}

// sameDay tells whether there can be a day on which both sessions are held.
func (r *recurring) sameDay(o *recurring) bool {
	shared := false
	for day := range 7 {
		shared = shared || r.days[day] && o.days[day]
	}
	return shared && !ends(r.until, o.from) && !ends(o.until, r.from) && !opposite(r, o) && !opposite(o, r)
}

// dayBefore tells whether r can be held on the day before o is.
func (r *recurring) dayBefore(o *recurring) bool {
	shared := false
	for day := range 7 {
		shared = shared || r.days[day] && o.days[(day+1)%7]
	}
	next := r.from
	if !next.IsZero() {
		next = next.AddDays(1)
	}
	return shared && !ends(o.until, next) && (r.until.IsZero() || !ends(r.until.AddDays(1), o.from))
}

// ends tells whether a session has ended before another begins.
func ends(until, from Date) bool { return !until.IsZero() && !from.IsZero() && until.Before(from) }

// opposite tells whether one is held in the summer of the zone in whose winter
// the other is.
func opposite(summer, winter *recurring) bool {
	return summer.summer != nil && winter.winter != nil && summer.summer.String() == winter.winter.String()
}
