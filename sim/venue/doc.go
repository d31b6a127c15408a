// Package venue is a mock of a live venue, for tests: an exchange with a small but
// real state (orders by the client's id and by its own, what is open, trades,
// positions), and the sessions by which nodes reach it, whose requests and answers can
// be late or lost at every stage. It counts what must never happen: an order that is
// there twice, and a second sending of one.
package venue
