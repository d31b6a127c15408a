package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/velox-trading/velox/configs"
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
}

// executed is what was traded of an order so far.
type executed struct{ quantity, value, fees decimal.Decimal }

func newCollector(accounts []configs.Account) *collector {
	c := &collector{
		strategies: make(map[string]performance.Book), traded: make(map[string]executed),
		told: make(map[[2]string]decimal.Decimal), held: make(map[[2]string]decimal.Decimal),
		cancelled: make(map[string]int64), rejected: make(map[string]int64), alerts: make(map[string]int64),
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
		c.alerts[a.AlertType+" "+a.Severity]++
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
	case account.Rejected:
		c.rejected[reasonOf(e)]++
	}
	before := c.traded[e.OrderID]
	if order.Status(e.Order.Status).Final() {
		defer delete(c.traded, e.OrderID)
	}
	if e.Execution == nil {
		return nil
	}
	now := executed{e.Execution.FilledQuantity, e.Execution.FilledQuantity.Mul(e.Execution.AveragePrice), e.Execution.Fees}
	c.traded[e.OrderID] = now
	quantity, value := now.quantity.Sub(before.quantity), now.value.Sub(before.value)
	if quantity.IsZero() {
		return nil
	}
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
		Book: book, TimeMs: e.TimeMs, OrderID: e.OrderID, Quantity: quantity, Value: value, Fees: now.fees.Sub(before.fees),
	})
	key := [2]string{book.Account, book.Symbol}
	c.held[key] = c.held[key].Add(quantity)
	return nil
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
