package report

import "time"

// Charts have labels for three widths, so that they fit a telephone and a large
// screen alike; the page's style shows those of the present width.
var widths = []struct {
	class string
	// room is the least width of the plot in pixels at which the labels are shown.
	room float64
}{{"narrow", 210}, {"medium", 460}, {"wide", 880}}

// Labels are of 12 pixels: a character is that wide at most, on the average of the
// characters of dates and times; beside a label is that much room.
const (
	characterWidth = 6.9
	labelGap       = 10.0
)

// timeMark is a place on the time axis with its label.
type timeMark struct {
	x     float64
	label string
	day   bool // a day, month or year begins
	// anchor says which part of the label is at the mark: its start where its middle
	// would stand out of the chart, on the left; on the right there is room.
	anchor string
	class  string
}

// marks gives the marks of each width, those of the same place and label once.
func (l *timeline) marks() []timeMark {
	var out []timeMark
	for _, w := range widths {
		for _, m := range l.marksFor(w.room) {
			m.anchor = m.anchorIn(w.room)
			at := -1
			for i := range out {
				if out[i].x == m.x && out[i].label == m.label && out[i].anchor == m.anchor {
					at = i
				}
			}
			if at < 0 {
				m.class = w.class
				out = append(out, m)
				continue
			}
			out[at].class += " " + w.class
		}
	}
	return out
}

// steps within a day, in seconds.
var steps = []int{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200}

// marksFor gives the most marks that fit a plot of a width: times within days and
// the days' beginnings, or every so many days, months or years.
func (l *timeline) marksFor(room float64) []timeMark {
	days := withoutShort(l.begins(func(t time.Time) int { return t.Year()*1_000 + t.YearDay() }, dayLabel), room)
	for _, step := range steps {
		if l.activeMs()/1_000/int64(step) > int64(room/20) {
			continue // too many even to look at
		}
		if all := l.within(days, step, room); fit(all, room) {
			return all
		}
	}
	for _, every := range []int{1, 2, 3, 4, 5, 7, 10} {
		if some := sparse(days, every); fit(some, room) {
			return some
		}
	}
	months := withoutShort(l.begins(func(t time.Time) int { return t.Year()*12 + int(t.Month()) }, monthLabel), room)
	for _, every := range []int{1, 3, 6} {
		if some := sparse(months, every); fit(some, room) {
			return some
		}
	}
	years := l.begins(time.Time.Year, func(t time.Time, _ bool) string { return t.Format("2006") })
	for every := 1; ; every *= 2 {
		if some := sparse(years, every); fit(some, room) {
			return some
		}
	}
}

func dayLabel(t time.Time, newYear bool) string {
	if newYear {
		return t.Format("2 Jan 2006")
	}
	return t.Format("2 Jan")
}

func monthLabel(t time.Time, newYear bool) string {
	if newYear {
		return t.Format("Jan 2006")
	}
	return t.Format("Jan")
}

func (l *timeline) activeMs() int64 {
	sum := int64(0)
	for _, s := range l.spans {
		sum += s.to - s.from
	}
	return sum
}

// begins gives the first place on the axis of each period that key tells apart.
func (l *timeline) begins(key func(time.Time) int, label func(t time.Time, newYear bool) string) []timeMark {
	var out []timeMark
	last, year := 0, 0
	add := func(t time.Time) {
		k := key(t)
		if len(out) > 0 && k == last {
			return
		}
		out = append(out, timeMark{x: l.x(t.UnixMilli()), label: label(t, len(out) > 0 && t.Year() != year), day: true})
		last, year = k, t.Year()
	}
	for _, s := range l.spans {
		t := time.UnixMilli(s.from).In(l.zone)
		add(t)
		for {
			t = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, l.zone)
			if t.UnixMilli() > s.to {
				break
			}
			add(t)
		}
	}
	return out
}

// within adds to the beginnings of days the times of a step in seconds that lie on
// the axis, save where a day's label is.
func (l *timeline) within(days []timeMark, step int, room float64) []timeMark {
	format := "15:04"
	if step < 60 {
		format = "15:04:05"
	}
	var out []timeMark
	day := 0
	for _, s := range l.spans {
		from := time.UnixMilli(s.from).In(l.zone)
		begin := (from.Hour()*3_600 + from.Minute()*60 + from.Second()) / step * step
		for t := clockTime(from, begin); t.UnixMilli() <= s.to; {
			if t.UnixMilli() >= s.from {
				m := timeMark{x: l.x(t.UnixMilli()), label: t.Format(format)}
				for day < len(days) && days[day].x <= m.x {
					out = append(out, days[day])
					day++
				}
				again := len(out) > 0 && out[len(out)-1].x == m.x // an hour that a clock leaps over
				if !again && !overlap(days[max(day-1, 0):min(day+1, len(days))], m, room) {
					out = append(out, m)
				}
			}
			if begin += step; begin >= 86_400 {
				from = time.Date(from.Year(), from.Month(), from.Day()+1, 0, 0, 0, 0, l.zone)
				begin = 0
			}
			t = clockTime(from, begin)
		}
	}
	return append(out, days[day:]...)
}

// clockTime gives the time of a day at which a clock shows so many seconds after
// midnight.
func clockTime(day time.Time, seconds int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, seconds, 0, day.Location())
}

// withoutShort leaves out the marks of periods that are too short for their labels,
// as the evening on which a run began, or a week's Sunday; not when it is most of
// them, for then all need to be further apart.
func withoutShort(marks []timeMark, room float64) []timeMark {
	var out []timeMark
	for i := range marks {
		if i == len(marks)-1 || !overlap(marks[i:i+1], marks[i+1], room) {
			out = append(out, marks[i])
		}
	}
	if len(marks)-len(out) > max(1, len(marks)/3) {
		return marks
	}
	return out
}

func sparse(marks []timeMark, every int) []timeMark {
	var out []timeMark
	for i := 0; i < len(marks); i += every {
		out = append(out, marks[i])
	}
	return out
}

// fit says whether the labels of marks, in their order, fit a width.
func fit(marks []timeMark, room float64) bool {
	for i := 1; i < len(marks); i++ {
		if overlap(marks[i-1:i], marks[i], room) {
			return false
		}
	}
	return true
}

func overlap(others []timeMark, m timeMark, room float64) bool {
	a, b := m.extent(room)
	for i := range others {
		if from, to := others[i].extent(room); a < to+labelGap && from < b+labelGap {
			return true
		}
	}
	return false
}

func (m *timeMark) anchorIn(room float64) string {
	if m.x*room < float64(len(m.label))*characterWidth/2-6 {
		return "start"
	}
	return "middle"
}

// extent gives where in pixels a label begins and ends.
func (m *timeMark) extent(room float64) (from, to float64) {
	wide, at := float64(len(m.label))*characterWidth, m.x*room
	if m.anchorIn(room) == "start" {
		return at, at + wide
	}
	return at - wide/2, at + wide/2
}
