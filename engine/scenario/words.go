package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/indicator"
	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/risk"
	"github.com/velox-trading/velox/trading/spelling"
)

// value is what a word of an expectation may be: one of a list, what a check takes,
// a name that the scenario has elsewhere, or, the zero value, anything.
type value struct {
	list []string
	// where has the list, when it is too long for a message.
	where string
	check func(word string) (want string) // "" for a word that is right
	name  nameOf
}

// nameOf says what a word is the name of.
type nameOf int

const (
	noName nameOf = iota
	symbolName
	userName
	strategyName
)

// The values of expectations.
var (
	anything  = value{}
	number    = value{check: checkNumber}
	symbol    = value{name: symbolName}
	user      = value{name: userName}
	giver     = value{name: strategyName}
	timeframe = value{check: checkTimeframe}
	clockTime = value{check: checkClock}

	actions        = value{list: []string{messages.Buy, messages.Sell, messages.Hold}}
	sides          = value{list: words(order.Buy, order.Sell)}
	orderTypes     = value{list: words(order.Market, order.Limit, order.StopLimit, order.StopMarket)}
	validities     = value{list: words(order.Day, order.IOC)}
	orderEvents    = value{list: words(order.EventPlaced, order.EventFilled, order.EventCancelled, order.EventRejected)}
	positionEvents = value{list: words(account.Opened, account.Modified, account.Closed)}
	severities     = value{list: words(risk.Info, risk.Warning, risk.Error, risk.Critical)}
	alertTypes     = value{list: words(account.AlertDailyLoss, account.AlertDrawdown, account.AlertPositionSize, account.AlertMargin, account.AlertSystem)}
	cancels        = value{list: []string{"true"}}
	statuses       = value{list: words(order.Pending, order.Open, order.TriggerPending, order.PartiallyFilled,
		order.Filled, order.Cancelled, order.Rejected, order.Unknown)}
	orderReasons  = value{list: reasons, where: "docs/orders.md has the reasons"}
	letterReasons = value{list: letters}
	letterFacts   = value{list: slices.Concat(letters, refusals, reasons), where: "docs/commands.md and docs/orders.md have the codes of refusals"}
	topics        = value{list: []string{
		messages.TopicTicks, messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicPositions,
		messages.TopicAlerts, messages.TopicCommands, messages.TopicStrategies, messages.TimerTopic,
	}}
	stages    = value{check: checkStage}
	qualities = value{check: checkQuality}
	indicates = value{check: checkIndicator}
	measured  = value{check: checkMeasured}
)

func words[T ~string](all ...T) []string {
	list := make([]string, len(all))
	for i, one := range all {
		list[i] = string(one)
	}
	return list
}

// reasons are those of orders.
var reasons = words(
	order.ReasonNotOpen, order.ReasonHalted, order.ReasonReducing, order.ReasonStrategyPaused, order.ReasonStrategyFailed,
	order.ReasonUnknownStrategy, order.ReasonSymbol, order.ReasonSide, order.ReasonKind, order.ReasonQuantity, order.ReasonPrice,
	order.ReasonTrigger, order.ReasonValidity, order.ReasonStopLoss, order.ReasonTrailingStop, order.ReasonTarget, order.ReasonTickSize,
	order.ReasonLotSize, order.ReasonFreezeQuantity, order.ReasonNoPrice, order.ReasonNoPosition, order.ReasonTooMany, order.ReasonTooLarge,
	order.ReasonMaxOrderQuantity, order.ReasonMaxOrderValue, order.ReasonPositionSize, order.ReasonDailyLoss, order.ReasonDrawdown,
	order.ReasonRestricted, order.ReasonTradingHours, order.ReasonPriceBand, order.ReasonGrossExposure, order.ReasonNetExposure,
	order.ReasonMargin, order.ReasonDuplicate, order.ReasonOrdersPerSecond, order.ReasonOrdersPerMinute, order.ReasonOrdersPerDay,
	order.ReasonVenue, order.ReasonNotSent, order.ReasonReconciling, order.ReasonSymbolHalted,
	order.ReasonDayEnded, order.ReasonImmediate, order.ReasonUser, order.ReasonStrategy, order.ReasonStopTouched,
	order.ReasonTargetTouched, order.ReasonStrategyRemoved, order.ReasonExternal,
)

// letters are the reasons of dead letters, and refusals the codes with which accounts
// refuse commands. A test holds both against the sources that give them.
var (
	letters = []string{
		messages.ReasonMalformed, messages.ReasonMissing, messages.ReasonWrongType, messages.ReasonOutOfRange, messages.ReasonUnknown,
		messages.ReasonProtobuf, "KEY_MISMATCH", "TIMESTAMP_AHEAD", "ENTITY_FAILED", "OUTPUT_TOO_LARGE", "UNCLAIMED",
		"EXCHANGE_MISMATCH", "COMMAND_REFUSED", "UNKNOWN_INDICATOR",
	}
	refusals = []string{
		"ACCOUNTS_OWN_ORDER", "ACCOUNT_NOT_OPEN", "ALREADY_OPEN", "CANCEL_UNDER_WAY", "CHANGE_UNDER_WAY", "INVALID_AMOUNT", "INVALID_COST",
		"INVALID_DATA", "INVALID_INSTRUMENTS", "INVALID_LIMITS", "INVALID_PAPER", "INVALID_RULES", "MISSING_DATA", "MISSING_ID",
		"MISSING_NAME", "MISSING_SYMBOLS", "NOTHING_TO_CHANGE", "NOT_ENOUGH_CASH", "NOT_ENOUGH_EQUITY", "NOT_ENOUGH_MARGIN", "NO_SUCH_ORDER",
		"NO_SUCH_STRATEGY", "NO_SUCH_VENUE", "OLD_REVISION", "ORDER_KNOWN", "ORDER_OPEN", "ORDER_UNCONFIRMED", "OTHER_USER", "OTHER_VENUE",
		"POSITION_OPEN", "RESERVED_NAME", "STRATEGY_TAKEN", "TOO_MANY_STRATEGIES", "TOO_MANY_SYMBOLS", "UNKNOWN_TYPE",
	}
	// stageWords are how the stages of dead letters begin: what follows is a name.
	stageWords = []string{"decode", "route", "command", "symbol", "settings", "request", "step", "strategy"}
)

// plain are numbers as lines have them.
var plain = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

func checkNumber(word string) string {
	if !plain.MatchString(word) {
		return "want a number, such as 10 or 101.5"
	}
	return ""
}

func checkMeasured(word string) string {
	if word != "none" && !plain.MatchString(word) {
		return "want a number with the digits that count, such as 101.83, or none"
	}
	return ""
}

func checkTimeframe(word string) string {
	if _, err := market.ParseTimeframe(word); err != nil {
		return market.WantTimeframe(word)
	}
	return ""
}

func checkClock(word string) string {
	if _, err := timeOfDay(word); err != nil {
		return wantTime
	}
	return ""
}

func checkQuality(word string) string {
	if _, err := market.ParseQuality(word); err != nil {
		single := []string{"complete", "partial", "gap", "amended"}
		return spelling.Hint(word, single) + "want complete, or partial, gap, amended in this order with + between them"
	}
	return ""
}

func checkIndicator(word string) string {
	if _, _, err := indicator.ParseName(word); err != nil {
		return err.Error()
	}
	return ""
}

func checkStage(word string) string {
	if first, _, _ := strings.Cut(word, "_"); !slices.Contains(stageWords, first) {
		return spelling.Hint(first, stageWords) + "want it to begin with one of " + strings.Join(stageWords, ", ")
	}
	return ""
}

// want tells what is wanted in place of a word; "" when the word is right. Names are
// not looked at.
func (v *value) want(word string) string {
	switch {
	case v.check != nil:
		return v.check(word)
	case len(v.list) == 0 || slices.Contains(v.list, word):
		return ""
	case v.where != "":
		return fmt.Sprintf("%s%s", spelling.Hint(word, v.list), v.where)
	case len(v.list) == 1:
		return spelling.Hint(word, v.list) + "want " + v.list[0]
	}
	return spelling.Hint(word, v.list) + "want one of " + strings.Join(v.list, ", ")
}
