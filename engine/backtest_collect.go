package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/report"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/ident"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/performance"
)

// manualName is the name in a report of orders that are no strategy's.
const manualName = "(manual)"

// collector makes of the records that come out of the shards what a report needs:
// fills, counts, and what the accounts say that they hold.
type collector struct {
	strategies map[string]performance.Book // by strategy id, without a symbol
	// traded is what is known of orders that are not final.
	traded map[string]executed
	fills  []performance.Fill
	// told is the quantity that each account last told to hold, held the sum of its
	// fills.
	told, held map[[2]string]decimal.Decimal // by account and symbol

	placed                      int64
	cancelled, rejected, alerts map[string]int64
	events                      report.Events // without fills
}

// executed is what was traded of an order so far.
type executed struct{ quantity, value, fees decimal.Decimal }

// price gives what a further quantity was traded at, which makes the average of all that
// was traded what it is told to be. An average is rounded, so that many prices would:
// it is the one with the fewest places, as prices have.
func (x executed) price(quantity, average decimal.Decimal) decimal.Decimal {
	if x.quantity.IsZero() {
		return average
	}
	all := x.quantity.Add(quantity)
	near := all.Mul(average).Sub(x.value).Div(quantity)
	step := decimal.FromInt(1)
	for range decimal.Places {
		if p := near.RoundTo(step); x.value.Add(quantity.Mul(p)).Div(all) == average {
			return p
		}
		step = step.Div(decimal.FromInt(10))
	}
	return near
}

func newCollector(accounts []configs.Account) *collector {
	c := &collector{
		strategies: make(map[string]performance.Book), traded: make(map[string]executed),
		told: make(map[[2]string]decimal.Decimal), held: make(map[[2]string]decimal.Decimal),
		cancelled: make(map[string]int64), rejected: make(map[string]int64), alerts: make(map[string]int64),
		events: report.Events{Rejected: []report.Order{}, Cancelled: []report.Order{}, Alerts: []report.Alert{}}, // lists are never null
	}
	for _, a := range accounts {
		c.strategies[account.ManualStrategy(a.UserID)] = performance.Book{Account: a.UserID, Strategy: manualName}
		for _, s := range a.Strategies {
			id := s.StrategyID
			if id == "" {
				id = ident.Derive(a.UserID, s.Name)
			}
			c.strategies[id] = performance.Book{Account: a.UserID, Strategy: s.Name}
		}
	}
	return c
}

// take takes a record in.
func (c *collector) take(r *messages.Record) error {
	switch r.Topic {
	case messages.TopicOrders:
		e, err := messages.DecodeOrderEventRecord(r)
		if err != nil {
			return unreadable(r, err)
		}
		return c.order(&e)
	case messages.TopicPositions:
		p, err := messages.DecodePositionRecord(r)
		if err != nil {
			return unreadable(r, err)
		}
		c.told[[2]string{p.UserID, p.Symbol}] = p.Position.Quantity
	case messages.TopicAlerts:
		a, err := messages.DecodeAlertRecord(r)
		if err != nil {
			return unreadable(r, err)
		}
		c.alert(&a)
	}
	return nil
}

func unreadable(r *messages.Record, err error) error {
	return fmt.Errorf("backtest: Velox can't read what it wrote to %s/%d/%d: %w", r.Topic, r.Partition, r.Offset, err)
}

func (c *collector) order(e *messages.OrderEvent) error {
	switch account.OrderEventType(e.EventType) {
	case account.Placed:
		// It is told of again when it is changed or triggered.
		if _, again := c.traded[e.OrderID]; !again {
			c.placed++
			c.traded[e.OrderID] = executed{}
		}
	case account.Cancelled:
		c.cancelled[reasonOf(e)]++
		keep(&c.events.Cancelled, &c.events.LeftOut.Cancelled, c.refused(e))
	case account.Rejected:
		c.rejected[reasonOf(e)]++
		keep(&c.events.Rejected, &c.events.LeftOut.Rejected, c.refused(e))
	}
	before := c.traded[e.OrderID]
	if order.Status(e.Order.Status).Final() {
		defer delete(c.traded, e.OrderID)
	}
	if e.Execution == nil {
		return nil
	}
	quantity := e.Execution.FilledQuantity.Sub(before.quantity)
	if quantity.IsZero() {
		return nil
	}
	price := before.price(quantity, e.Execution.AveragePrice)
	value := quantity.Mul(price)
	now := executed{e.Execution.FilledQuantity, before.value.Add(value), e.Execution.Fees}
	c.traded[e.OrderID] = now
	id := cmp.Or(e.Order.BookID, e.StrategyID)
	book, known := c.strategies[id]
	if !known {
		return fmt.Errorf("backtest: order %s is for strategy %s, which no account has", e.OrderID, id)
	}
	book.Symbol = e.Symbol
	if e.Order.TransactionType == "SELL" {
		quantity, value = quantity.Neg(), value.Neg()
	}
	c.fills = append(c.fills, performance.Fill{
		Book: book, TimeMs: e.TimeMs, OrderID: e.OrderID, Quantity: quantity, Value: value, Price: price, Fees: now.fees.Sub(before.fees),
	})
	key := [2]string{book.Account, book.Symbol}
	c.held[key] = c.held[key].Add(quantity)
	return nil
}

// refused tells of an order that was rejected or cancelled.
func (c *collector) refused(e *messages.OrderEvent) report.Order {
	book, known := c.strategies[cmp.Or(e.Order.BookID, e.StrategyID)]
	if !known {
		book.Strategy = e.StrategyID // of a strategy that the configuration does not have
	}
	o := report.Order{
		TimeMs: e.TimeMs, Book: book, Side: e.Order.TransactionType, Type: e.Order.OrderType,
		Quantity: e.Order.Quantity, Price: e.Order.Price, TriggerPrice: e.Order.TriggerPrice, Reason: reasonOf(e), Detail: e.Order.Detail, OrderID: e.OrderID,
	}
	o.Symbol = e.Symbol
	if e.Execution != nil {
		o.Filled = e.Execution.FilledQuantity
	}
	return o
}

func (c *collector) alert(a *messages.RiskAlert) {
	c.alerts[a.AlertType+" "+a.Severity]++
	keep(&c.events.Alerts, &c.events.LeftOut.Alerts, report.Alert{
		TimeMs: a.TimeMs, Account: a.UserID, Type: a.AlertType, Severity: a.Severity, Message: a.Message, Data: a.Data,
	})
}

// keep appends to a list that is full at a limit, and counts what is left out.
func keep[T any](list *[]T, leftOut *int64, one T) {
	if len(*list) == report.ListLimit {
		*leftOut++
		return
	}
	*list = append(*list, one)
}

// ordered gives the fills as they follow each other. With topics of one partition the
// log has the order in which they happened. With several it has none among them: then
// it is the order of time.
func (c *collector) ordered(p Partitions) []performance.Fill {
	fills := slices.Clone(c.fills)
	if p == SeedPartitions {
		slices.SortStableFunc(fills, func(a, b performance.Fill) int { return cmp.Compare(a.TimeMs, b.TimeMs) })
	}
	fills, _ = performance.InOrder(fills)
	return fills
}

// happened gives the events: fills as they follow each other, the others by time; those of
// one time keep the order of the log within an account.
func (c *collector) happened(fills []performance.Fill) report.Events {
	out := c.events
	out.Fills = make([]report.Fill, len(fills))
	for i := range fills {
		out.Fills[i] = report.NewFill(&fills[i])
	}
	for _, list := range [][]report.Order{out.Rejected, out.Cancelled} {
		slices.SortStableFunc(list, func(a, b report.Order) int {
			return cmp.Or(cmp.Compare(a.TimeMs, b.TimeMs), strings.Compare(a.Account, b.Account))
		})
	}
	slices.SortStableFunc(out.Alerts, func(a, b report.Alert) int {
		return cmp.Or(cmp.Compare(a.TimeMs, b.TimeMs), strings.Compare(a.Account, b.Account))
	})
	return out
}

func reasonOf(e *messages.OrderEvent) string {
	if e.Order.Reason == "" {
		return "no reason given"
	}
	return e.Order.Reason
}

// check holds the fills against what the accounts told to hold.
func (c *collector) check() error {
	var wrong []string
	for key, held := range c.held {
		if told := c.told[key]; told != held {
			wrong = append(wrong, fmt.Sprintf("%s tells to hold %v of %s, its fills come to %v", key[0], told, key[1], held))
		}
	}
	for key, told := range c.told {
		if _, filled := c.held[key]; !filled && !told.IsZero() {
			wrong = append(wrong, fmt.Sprintf("%s tells to hold %v of %s without a fill", key[0], told, key[1]))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return exit(ExitFailed, "backtest: positions and fills differ, so don't trust the report, and report it as a fault of Velox: %s", strings.Join(wrong, "; "))
}

// tradedBooks lists what the accounts' strategies trade.
func tradedBooks(accounts []configs.Account) []performance.Book {
	var out []performance.Book
	for _, a := range accounts {
		for _, s := range a.Strategies {
			for _, symbol := range s.Symbols {
				out = append(out, performance.Book{Account: a.UserID, Strategy: s.Name, Symbol: symbol})
			}
		}
	}
	return out
}

// symbolsOf gives, sorted, the symbols that an account's strategies trade.
func symbolsOf(a *configs.Account) []string {
	all := make(map[string]bool)
	for _, s := range a.Strategies {
		for _, symbol := range s.Symbols {
			all[symbol] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
