package check

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/velox-trading/velox/messages"
)

// Same holds what came out of one log, and the states that it leaves, against
// another log of the same inputs. Offsets of outputs differ between the two, for
// aborted and repeated records take some, and with them everything that derives
// from them: so each output is named by the input that it goes back to, and ids by
// what they first stood for. Accounts for which leaveOut is true are passed over.
func Same(got, want *Subject, leaveOut func(user string) bool) (*Result, *Result, error) {
	outputs := &Result{Check: sameOutputs, Promise: "what came out is what an undisturbed run gives"}
	states := &Result{Check: sameStates, Promise: "the states at the end are those of an undisturbed run"}
	var both [2]*names
	for i, s := range []*Subject{got, want} {
		f, err := read(s, nil)
		if err != nil {
			return nil, nil, err
		}
		both[i] = newNames(f)
	}
	compareLines(both[0].outputs(leaveOut), both[1].outputs(leaveOut), outputs)
	compareLines(both[0].states(leaveOut), both[1].states(leaveOut), states)
	return outputs, states, nil
}

// compareLines holds lists of lines, by their owners, against each other. Within an
// owner they are sorted: their order is another check's.
func compareLines(got, want map[string][]string, out *Result) {
	owners := maps.Clone(got)
	maps.Copy(owners, want)
	for _, owner := range slices.Sorted(maps.Keys(owners)) {
		a, b := slices.Sorted(slices.Values(got[owner])), slices.Sorted(slices.Values(want[owner]))
		out.Looked += len(b)
		for len(a) > 0 || len(b) > 0 {
			switch {
			case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
				out.Find(owner, "too much: %s", a[0])
				a = a[1:]
			case len(a) == 0 || b[0] < a[0]:
				out.Find(owner, "missing: %s", b[0])
				b = b[1:]
			default:
				a, b = a[1:], b[1:]
			}
		}
	}
}

// names are what things of one log are called in any log of the same inputs.
type names struct {
	*facts
	ids map[string]string
	// ranks are the places of accounts' outputs among those of one cause and owner.
	// Their index counts those of the shard's other accounts, too, some of which a
	// replay has committed before.
	ranks map[*mark]int
}

func newNames(f *facts) *names {
	n := &names{facts: f, ids: make(map[string]string), ranks: make(map[*mark]int)}
	n.rank()
	for i := range f.orders {
		e := &f.orders[i]
		if _, ok := n.ids[e.OrderID]; !ok && e.written {
			n.ids[e.OrderID] = "order{" + e.StrategyID + " " + n.root(e.mark) + "}"
		}
	}
	for i := range f.alerts {
		if a := &f.alerts[i]; a.written {
			n.ids[a.AlertID] = "alert{}"
		}
	}
	return n
}

func (n *names) rank() {
	of := make(map[caused][]*mark)
	n.facts.outputs(func(m *mark) {
		c := caused{m.source(), m.origin.Offset, m.tp.Topic + " " + m.owner}
		of[c] = append(of[c], m)
	})
	for _, marks := range of {
		slices.SortFunc(marks, func(a, b *mark) int { return compareOrigins(a.origin, b.origin) })
		for i, m := range marks {
			n.ranks[m] = i
		}
	}
}

// place is an output's place under its cause.
func (n *names) place(m *mark) int {
	if m.tp.Topic == messages.TopicUpdates {
		return int(m.origin.Index)
	}
	return n.ranks[m]
}

// root names the input that an output goes back to: by its value, for a tick and a
// command have one offset in each log, but outputs don't.
func (n *names) root(m *mark) string {
	var path []string
	for m.written {
		path = append(path, fmt.Sprint(n.place(m)))
		if m.origin.Topic == messages.TimerTopic {
			return strings.Join(append(path, "timer"), "<")
		}
		cause := n.at(m.source(), m.origin.Offset)
		if cause == nil {
			return strings.Join(append(path, "nothing"), "<")
		}
		m = cause
	}
	return strings.Join(append(path, fmt.Sprintf("%s/%s/%016x", m.tp.Topic, m.key, m.sum)), "<")
}

var (
	uuid   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
	origin = regexp.MustCompile(`"origin":"([a-z-]+)/(\d+)/(\d+)"`)
	// tick is where one stood, and place is up to which one updates were taken in, as
	// accounts keep them.
	tick  = regexp.MustCompile(`\{"partition":(\d+),"offset":(\d+)(,"ms":\d+)?\}`)
	place = regexp.MustCompile(`("\d+/` + messages.TopicTicks + `/(\d+)":\{"offset":)(\d+)`)
)

// text gives a value with names for its ids.
func (n *names) text(value []byte) string {
	return string(uuid.ReplaceAllFunc(value, func(id []byte) []byte {
		if name, ok := n.ids[string(id)]; ok {
			return []byte(name)
		}
		return id
	}))
}

// outputs gives, by topic and owner, a line for each output. Repeats are left out.
func (n *names) outputs(leaveOut func(user string) bool) map[string][]string {
	out := make(map[string][]string)
	add := func(m *mark, owner, user string, value []byte) {
		if m.written && !leaveOut(user) {
			key := m.tp.Topic + " " + owner
			out[key] = append(out[key], n.root(m)+" "+n.text(value))
		}
	}
	seen := make(map[cause]bool)
	for _, u := range n.updates {
		c := causeOf(u.mark)
		if !seen[c] {
			add(u.mark, u.key, "", u.record.Value)
		}
		seen[c] = true
	}
	for i := range n.signals {
		s := &n.signals[i]
		add(s.mark, s.StrategyID, n.users[s.StrategyID], messages.AppendSignal(nil, &s.Signal))
	}
	for i := range n.orders {
		e := &n.orders[i]
		add(e.mark, n.users[e.StrategyID], n.users[e.StrategyID], messages.AppendOrderEvent(nil, &e.OrderEvent))
	}
	for i := range n.positions {
		p := &n.positions[i]
		add(p.mark, p.UserID, p.UserID, messages.AppendPosition(nil, &p.PositionUpdate))
	}
	for i := range n.alerts {
		a := &n.alerts[i]
		add(a.mark, a.UserID, a.UserID, messages.AppendAlert(nil, &a.RiskAlert))
	}
	for i := range n.letters {
		d, key := n.letters[i].DeadLetter, n.letters[i].key // that of what could not be taken in
		d.Offset = 0
		user := key
		if of, ok := n.users[key]; ok {
			user = of
		}
		add(n.letters[i].mark, d.Topic, user, messages.AppendDeadLetter(nil, &d))
	}
	return out
}

// states gives a line for each part of a symbol's or an account's state.
func (n *names) states(leaveOut func(user string) bool) map[string][]string {
	out := make(map[string][]string)
	for id, s := range n.facts.states {
		for key, e := range s.parts {
			if id.Kind == messages.AccountShard && leaveOut(userOf(e.Key)) {
				continue
			}
			out[key] = append(out[key], n.stateText(e.Payload))
		}
	}
	return out
}

// userOf gives whose a part of an account's state is: some keys name a strategy
// behind the user, in quotes.
func userOf(key string) string {
	if !strings.HasPrefix(key, `"`) {
		return key
	}
	user, _, _ := strings.Cut(key[1:], `"`)
	return user
}

// stateText names the ids of a state, the cause that it remembers last, and ticks:
// a pass-on that was aborted has taken an offset of theirs, and its fence one.
func (n *names) stateText(payload []byte) string {
	if !bytes.HasPrefix(payload, []byte("{")) {
		return fmt.Sprintf("%x", payload)
	}
	text := n.text(payload)
	text = replaceParts(origin, text, func(p []string) string {
		return `"origin":"` + n.rootAt(p[1], p[2], p[3]) + `"`
	})
	text = replaceParts(tick, text, func(p []string) string {
		return `"` + n.rootAt(messages.TopicTicks, p[1], p[2]) + `"` + p[3]
	})
	return replaceParts(place, text, func(p []string) string {
		return p[1] + `"` + n.rootAt(messages.TopicTicks, p[2], p[3]) + `"`
	})
}

// replaceParts replaces each match by what its groups become.
func replaceParts(of *regexp.Regexp, text string, become func(groups []string) string) string {
	return of.ReplaceAllStringFunc(text, func(match string) string {
		return become(of.FindStringSubmatch(match))
	})
}

// rootAt names what goes back to the record at a place; the place when none is there.
func (n *names) rootAt(topic, partition, offset string) string {
	var tp messages.TopicPartition
	var at int64
	tp.Topic = topic
	_, _ = fmt.Sscan(partition, &tp.Partition)
	_, _ = fmt.Sscan(offset, &at)
	if m := n.at(tp, at); m != nil {
		return n.root(m)
	}
	return topic + "/" + partition + "/" + offset
}
