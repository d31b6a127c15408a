// Package account is one user's account as a pure state machine: strategies,
// orders, positions, limits, and what they do to one another. It has no clock, no
// I/O and no goroutine; one input at a time goes in, events come out, and the same
// inputs give the same events, bytes and all, wherever the account was saved and
// loaded in between.
//
// What goes in, and what may come out:
//
//	Command        OPEN_ACCOUNT ... RESUME      any event, or an error: refused, nothing changed
//	Mark           a traded price               paper fills, stops and targets, P&L, alerts, closes
//	Signal         of a strategy                an order: PLACED or REJECTED
//	VenueReport    of a live venue              the order's next event, fills
//	ExternalOrder  an order event by others     position updates
//	ExternalAlert  an alert by others           CRITICAL halts the account
//	Reduce         inputs were lost             the account is REDUCING, with an alert
//	Recover        a new owner took over        UNKNOWN for what is unclear, queries
//	StrategyFailed a strategy was quarantined   its status and an alert
//
// The events of one input are in the order in which they happened. The caller
// writes OrderEvent, PositionEvent and Alert to their topics, hands a VenueCommand
// to the venue session after the commit, and acts on StrategyStatus.
//
// A mark goes through: day, price, paper fills (oldest order first), stops and
// targets, position update, limits. An order that is placed on a tick fills at a
// later one. A fill changes the strategy's book and the account's net position by
// the same value, so the sum of the books is the net; and
//
//	Cash + market value of all positions = Deposits + Realized + Unrealized
//
// holds to the last digit after every input.
package account
