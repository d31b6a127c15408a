package check

import (
	"fmt"

	"github.com/velox-trading/velox/messages"
)

// lastTold is what a user's position in a symbol has last been told as.
type lastTold struct {
	// sign is that of its quantity, 0 when it was closed, or never opened.
	sign int
	// id is the position's, empty when it isn't known.
	id string
	// unknown: updates before the next one may be deleted.
	unknown bool
}

// misstated finds the updates that say beside their numbers what can't be: a position is
// opened once, keeps its id and its side until it is closed, and the next one has another
// id. That needs no fills, so it is looked for where these are deleted, too.
func (f *facts) misstated(out *Result) {
	last := make(map[book]*lastTold)
	for i := range f.positions {
		p := &f.positions[i]
		if !p.written {
			continue
		}
		k := book{p.UserID, p.Symbol}
		if last[k] == nil {
			last[k] = &lastTold{unknown: f.horizonAt(messages.TopicPositions, p.UserID) > 0}
		}
		if wrong := last[k].take(p); wrong != "" {
			out.Find(p.String(), "%s in %s: %s", p.UserID, p.Symbol, wrong)
		}
	}
}

// take takes an update in and says what is wrong with it. One fault is told once: after it
// the id isn't known.
func (t *lastTold) take(p *positionFact) string {
	was, status := *t, "OPEN"
	*t = lastTold{sign: p.Position.Quantity.Sign(), id: p.PositionID}
	if p.EventType == "CLOSED" {
		t.sign, status = 0, "CLOSED"
	}
	if wrong := was.differs(p); wrong != "" {
		t.id = ""
		return wrong
	}
	if p.Position.Status != status {
		return fmt.Sprintf("%s with status %q", p.EventType, p.Position.Status)
	}
	return ""
}

// differs says how an update doesn't follow from the last one.
func (t *lastTold) differs(p *positionFact) string {
	opens, same := p.EventType == "OPENED", t.id == p.PositionID
	switch {
	case t.unknown:
	case opens && t.sign != 0:
		return "OPENED, and one is open"
	case opens && same:
		return fmt.Sprintf("OPENED as %s, which is closed", p.PositionID)
	case opens:
	case t.sign == 0:
		return p.EventType + ", and none is open"
	case !same && t.id != "":
		return fmt.Sprintf("%s as %s, and %s is open", p.EventType, p.PositionID, t.id)
	case p.EventType == "MODIFIED" && p.Position.Quantity.Sign() != t.sign:
		return "MODIFIED, and the one that is open has another side"
	}
	return ""
}
