package order

// EventType is what order-events call a change of an order.
type EventType string

// The types of order events: the wire has these four and no other.
const (
	EventPlaced    EventType = "PLACED"
	EventFilled    EventType = "FILLED"
	EventCancelled EventType = "CANCELLED"
	EventRejected  EventType = "REJECTED"
)

// events is the one table from statuses to event types. An order that can still
// trade is PLACED, whatever else is known of it; its status says more.
var events = map[Status]EventType{
	Pending:         EventPlaced,
	Open:            EventPlaced,
	TriggerPending:  EventPlaced,
	PartiallyFilled: EventPlaced,
	Unknown:         EventPlaced,
	Filled:          EventFilled,
	Cancelled:       EventCancelled,
	Rejected:        EventRejected,
}

// Event gives the type of the event that tells of a status. An event that tells
// of a trade is FILLED, whatever came of the rest: a partial fill is FILLED with
// the status PARTIALLY_FILLED.
func (s Status) Event(traded bool) EventType {
	if traded {
		return EventFilled
	}
	return events[s]
}
