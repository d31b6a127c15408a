package check

import (
	"encoding/json"
	"time"

	"github.com/velox-trading/velox/messages"
)

// longestWait is how long an order may be open by the log's time: its day, which may begin
// after a long weekend.
const longestWait = 4 * 24 * time.Hour

// mayDerive tells whether an order whose id derives from nothing that is left may derive
// from what is deleted: its first event may be no first one, or it may exit an entry of
// which no event is left, in whatever partition that stood.
func (a *answers) mayDerive(e *orderFact) bool {
	return a.mayBeChanged(e) || e.Order.OrderType == "MARKET" && e.origin.Topic == messages.TopicUpdates && a.horizon(messages.TopicOrders) > 0
}

// mayBeChanged tells whether the first event that is left of an order, which looks like the
// one that it begins with, may tell of a change of it, or of a venue's refusal.
func (a *answers) mayBeChanged(e *orderFact) bool {
	if a.offsets[e.tp].Start == 0 {
		return false
	}
	if e.timeMs < a.horizonIn(e.tp)+longestWait.Milliseconds() {
		return true
	}
	if e.origin.Topic != messages.TopicCommands {
		return false
	}
	c := a.commandAt(e.source(), e.origin.Offset)
	if c == nil {
		return e.origin.Offset < a.offsets[e.source()].Start
	}
	var data struct {
		Modify string `json:"modify"`
	}
	return json.Unmarshal(c.Data, &data) == nil && data.Modify == e.OrderID
}
