package risk

import (
	"slices"
)

// Recent is what an account remembers of the orders that it has placed, for the
// limits of orders in a time and of duplicates. Times are the account's market
// time. When that goes back, as for a replay of older data, the windows begin
// anew.
type Recent struct {
	// TimesMs are those of the last orders, at most 1,000 and none older than a
	// minute before the last one; oldest first.
	TimesMs []int64 `json:"times_ms,omitempty"`
	// Equals are the last entries, at most 1,000, within the window of duplicates.
	Equals []Entry `json:"equals,omitempty"`
	// Today counts the orders of the present day.
	Today int64 `json:"today,omitempty"`
}

// Entry is one order that others are compared with. Equal orders have equal keys.
type Entry struct {
	TimeMs int64  `json:"time_ms"`
	Key    string `json:"key"`
}

// IsZero tells whether nothing is remembered.
func (r *Recent) IsZero() bool { return len(r.TimesMs) == 0 && len(r.Equals) == 0 && r.Today == 0 }

// NewDay begins another day.
func (r *Recent) NewDay() { r.Today = 0 }

// Note remembers an order that was placed. Exits count for the limits of orders
// in a time; only entries are compared with later ones.
func (g *Guard) Note(r *Recent, o *Order, nowMs int64, entry bool) {
	r.Today++
	times, equals := g.Remembers()
	if times {
		r.TimesMs = slices.DeleteFunc(r.TimesMs, func(ms int64) bool { return !within(ms, nowMs, minuteMs) })
		r.TimesMs = append(dropOldest(r.TimesMs), nowMs)
	} else {
		r.TimesMs = nil
	}
	if !equals {
		r.Equals = nil
	} else if entry {
		r.Equals = slices.DeleteFunc(r.Equals, func(e Entry) bool { return !within(e.TimeMs, nowMs, g.limits.DuplicateWindowMs) })
		r.Equals = append(dropOldest(r.Equals), Entry{nowMs, o.key()})
	}
}

// Replace notes a change of an order: it counts as another one, and other orders are
// compared with its new terms in place of the old.
func (g *Guard) Replace(r *Recent, was, is *Order, nowMs int64, entry bool) {
	if i := slices.IndexFunc(r.Equals, func(e Entry) bool { return e.Key == was.key() }); i >= 0 {
		r.Equals = slices.Delete(r.Equals, i, i+1)
	}
	g.Note(r, is, nowMs, entry)
}

// within tells whether a time is in the window that ends at, and includes, now.
func within(ms, nowMs, windowMs int64) bool { return ms <= nowMs && ms > nowMs-windowMs }

// dropOldest makes room for one more.
func dropOldest[T any](list []T) []T {
	if len(list) < maxRemembered {
		return list
	}
	return slices.Delete(list, 0, len(list)-maxRemembered+1)
}

// full tells whether the window that ends now has that many orders already. As the
// times rise, no window of that length then ever has more, nor has any second or
// minute of the calendar, which is such a window.
func (r *Recent) full(most, nowMs, windowMs int64) bool {
	n := int64(len(r.TimesMs))
	return most > 0 && n >= most && within(r.TimesMs[n-most], nowMs, windowMs)
}

// equal gives the time of an entry with that key within the window.
func (r *Recent) equal(key string, nowMs, windowMs int64) (int64, bool) {
	for _, e := range slices.Backward(r.Equals) {
		if e.Key == key && within(e.TimeMs, nowMs, windowMs) {
			return e.TimeMs, true
		}
	}
	return 0, false
}
