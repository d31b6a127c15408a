package account

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/velox-trading/velox/trading/instrument"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/paper"
	"github.com/velox-trading/velox/trading/risk"
)

// maxStateBytes bounds an account's record: an entry, or a command, that would take what is
// reckoned of it above that is refused. The topic of accounts takes 8 MiB; the rest is for
// what nobody can refuse, such as fills at a venue.
const maxStateBytes = 7 << 20

// What one of each takes in the record at most, save for its texts, lists and what
// stands in it: a test holds them against the types. headBytes is for all that there is
// once.
const (
	headBytes    = 1_500
	symbolBytes  = 760
	bookBytes    = 400
	lotBytes     = 70
	bracketBytes = 320
	orderBytes   = 1_150
	runBytes     = 100 // what changes of a strategy
	numberBytes  = 24
)

// settled is what only commands change of an account's record, and the symbols of its
// strategies, with the bytes of both: every one of these may have a tick.
type settled struct {
	bytes    int
	followed map[string]bool
}

// settled gives it, as it was made before unless a command has come since.
func (a *Account) settled() *settled {
	if a.kept != nil {
		return a.kept
	}
	k := &settled{followed: make(map[string]bool)}
	k.bytes = jsonBytes(&a.s.Limits) + jsonBytes(&a.s.Paper) + listBytes(a.s.Instruments)
	for _, d := range a.s.Strategies {
		k.bytes += jsonBytes(d.fixed())
		for _, name := range d.Symbols {
			if !k.followed[name] {
				k.followed[name] = true
				k.bytes += symbolBytes + quotedBytes(name)
			}
		}
	}
	a.kept = k
	return k
}

// fixed is what no trade changes of a strategy.
func (d *Deployed) fixed() *Deployed {
	f := *d
	f.Status, f.Detail, f.BookRevision = "", "", 0
	return &f
}

// bytes reckons what the account's record comes to at most, the closes that may be
// needed included: all that is held must stay free to be closed. It depends on the state alone.
func (a *Account) bytes() int {
	k := a.settled()
	n := k.bytes + headBytes + quotedBytes(a.s.UserID, a.s.Venue, a.s.ModeReason, a.s.Origin)
	for _, d := range a.s.Strategies {
		n += runBytes + quotedBytes(d.Detail)
	}
	n += numberBytes * len(a.s.Recent.TimesMs)
	for i := range a.s.Recent.Equals {
		n += 3*numberBytes + quotedBytes(a.s.Recent.Equals[i].Key)
	}
	for _, p := range a.s.Reconciliation.Aside {
		n += 3*numberBytes + quotedBytes(p.Symbol)
	}
	n += quotedBytes(a.s.Reconciliation.AsideOrders...)
	for _, o := range a.s.Finished {
		n += bytesOf(o)
	}
	for _, s := range a.s.Symbols {
		if !k.followed[s.Name] {
			n += symbolBytes + quotedBytes(s.Name)
		}
		n += s.bytes()
	}
	return n
}

// bytes reckons what is in a symbol.
func (s *Symbol) bytes() int {
	n := lotBytes * len(s.Lots)
	for _, o := range s.Orders {
		if n += bytesOf(o); !protective(o) && !o.Exit {
			n += s.opens(o)
		}
	}
	for _, b := range s.Books {
		n += bookBytes + quotedBytes(b.StrategyID) + lotBytes*len(b.Lots) + 3*numberBytes*len(b.Openings)
		closing := orderBytes + 2*quotedBytes(b.StrategyID) + quotedBytes(s.Name)
		for i := range b.Brackets {
			n += bracketBytes + quotedBytes(b.Brackets[i].OrderID) + closing
		}
		for i := range b.Passed {
			n += bracketBytes + quotedBytes(b.Passed[i].ByID, b.Passed[i].Entry.OrderID)
		}
		switch {
		case b.Quantity.IsZero():
		case s.freeze.IsZero():
			n += closing
		default:
			n += closing * len(s.parts(b.Quantity.Abs()))
		}
	}
	return n
}

// opens reckons what comes of an entry beside its order: a book, the watch over it, and the
// order that closes it.
func (s *Symbol) opens(o *order.Order) int {
	return bookBytes + bracketBytes + 2*lotBytes + orderBytes + 4*quotedBytes(o.BookID) + quotedBytes(o.ID, s.Name)
}

// bytesOf reckons an order.
func bytesOf(o *order.Order) int {
	return orderBytes + quotedBytes(o.ID, o.StrategyID, o.BookID, o.Symbol, o.Detail, o.EntryID, o.VenueOrderID)
}

// checkRoom refuses what takes the account's record above its bound.
func (a *Account) checkRoom(more int) (order.Reason, string) {
	if n := a.bytes() + more; n > maxStateBytes {
		return order.ReasonTooLarge, fmt.Sprintf("with it the account's record would come to up to %d bytes; want at most %d: close positions, cancel orders or remove strategies", n, maxStateBytes)
	}
	return "", ""
}

// checkGrowth refuses a command that takes the account's record above its bound. One that
// makes it no larger always passes.
func (a *Account) checkGrowth(c Command) error {
	more := 0
	switch d := c.Data.(type) {
	case *OpenAccount:
		more = jsonBytes(&d.Limits) + jsonBytes(&d.Paper) + listBytes(d.Instruments) - jsonBytes(&a.s.Limits) - jsonBytes(&a.s.Paper) - listBytes(a.s.Instruments)
	case *SetLimits:
		more = jsonBytes(&d.Limits) - jsonBytes(&a.s.Limits)
		if d.Instruments != nil {
			more += listBytes(d.Instruments) - listBytes(a.s.Instruments)
		}
	case *Deploy:
		more = a.deployBytes(d)
	default:
		return nil
	}
	if more <= 0 {
		return nil
	}
	if reason, detail := a.checkRoom(more); reason != "" {
		return refused(string(reason), "%s", detail)
	}
	return nil
}

// deployBytes reckons how much a DEPLOY adds: the strategy in place of the one that it
// replaces, and its symbols that are new. What its rules watch stands in their texts.
func (a *Account) deployBytes(d *Deploy) int {
	n := jsonBytes(d) + runBytes
	if old := a.deployed(d.id(a.s.UserID)); old != nil {
		n -= jsonBytes(old.fixed()) + runBytes
	}
	followed := a.settled().followed
	for _, name := range d.Symbols {
		if !followed[name] {
			n += symbolBytes + quotedBytes(name)
		}
	}
	return n
}

// listBytes gives the length of a list's JSON; an empty one is not saved.
func listBytes(l instrument.List) int {
	if len(l) == 0 {
		return 0
	}
	return jsonBytes(&l)
}

// jsonBytes gives the length of a setting's JSON.
func jsonBytes[T *risk.Limits | *paper.Settings | *instrument.List | *Deployed | *Deploy](v T) int {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // settings are checked, and have JSON
	}
	return len(b)
}

// quotedBytes bounds the lengths of texts in JSON.
func quotedBytes(texts ...string) int {
	n := 0
	for _, t := range texts {
		n += 3 + len(t) // quotes and a comma
		for i := range len(t) {
			if c := t[i]; c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c >= utf8.RuneSelf {
				n += 5 // as \u00..
			}
		}
	}
	return n
}
