package order

// Reason says why an order was refused or cancelled. Each has one cause.
type Reason string

// The reasons of refused orders.
const (
	ReasonNotOpen          Reason = "ACCOUNT_NOT_OPEN"
	ReasonHalted           Reason = "ACCOUNT_HALTED"
	ReasonReducing         Reason = "ACCOUNT_REDUCING" // only orders that make a position smaller are taken
	ReasonStrategyPaused   Reason = "STRATEGY_PAUSED"
	ReasonStrategyFailed   Reason = "STRATEGY_FAILED"
	ReasonUnknownStrategy  Reason = "UNKNOWN_STRATEGY"
	ReasonSymbol           Reason = "INVALID_SYMBOL"
	ReasonSide             Reason = "INVALID_SIDE"
	ReasonKind             Reason = "INVALID_ORDER_TYPE"
	ReasonQuantity         Reason = "INVALID_QUANTITY"
	ReasonPrice            Reason = "INVALID_PRICE"
	ReasonTrigger          Reason = "INVALID_TRIGGER_PRICE"
	ReasonValidity         Reason = "INVALID_VALIDITY"
	ReasonStopLoss         Reason = "INVALID_STOPLOSS"
	ReasonTrailingStop     Reason = "INVALID_TRAILING_STOP"
	ReasonTarget           Reason = "INVALID_TARGET"
	ReasonTickSize         Reason = "TICK_SIZE"       // a price that is no multiple of its symbol's tick
	ReasonLotSize          Reason = "LOT_SIZE"        // a quantity that is no multiple of its symbol's lot
	ReasonFreezeQuantity   Reason = "FREEZE_QUANTITY" // a quantity above the most that the exchange takes in one order
	ReasonNoPrice          Reason = "NO_PRICE"        // no tick of the symbol was seen, or the last is too old, where a price is needed
	ReasonNoPosition       Reason = "NO_POSITION"     // an exit, and nothing is left to exit
	ReasonTooMany          Reason = "TOO_MANY_ORDERS"
	ReasonTooLarge         Reason = "ACCOUNT_TOO_LARGE" // an entry, or a new symbol, and the account's record has no room
	ReasonMaxOrderQuantity Reason = "MAX_ORDER_QUANTITY"
	ReasonMaxOrderValue    Reason = "MAX_ORDER_VALUE"
	ReasonPositionSize     Reason = "POSITION_SIZE"
	ReasonDailyLoss        Reason = "DAILY_LOSS"
	ReasonDrawdown         Reason = "DRAWDOWN"
	ReasonRestricted       Reason = "RESTRICTED_SYMBOL"
	ReasonTradingHours     Reason = "OUTSIDE_TRADING_HOURS"
	ReasonPriceBand        Reason = "PRICE_BAND"
	ReasonGrossExposure    Reason = "GROSS_EXPOSURE"
	ReasonNetExposure      Reason = "NET_EXPOSURE"
	ReasonMargin           Reason = "MARGIN"
	ReasonDuplicate        Reason = "DUPLICATE_ORDER"
	ReasonOrdersPerSecond  Reason = "ORDERS_PER_SECOND"
	ReasonOrdersPerMinute  Reason = "ORDERS_PER_MINUTE"
	ReasonOrdersPerDay     Reason = "ORDERS_PER_DAY"
	ReasonVenue            Reason = "VENUE"             // the venue refused or ended it of its own accord; its words are the detail
	ReasonNotSent          Reason = "NOT_SENT"          // it never reached the venue
	ReasonReconciling      Reason = "VENUE_RECONCILING" // an entry, and the account is being compared with its live venue
	ReasonSymbolHalted     Reason = "SYMBOL_HALTED"     // an entry, and the fate of an order of its symbol is unknown
)

// The reasons of orders that were CANCELLED. An order is cancelled, too, by what new
// ones are then refused for: STRATEGY_PAUSED, ACCOUNT_HALTED, DAILY_LOSS, DRAWDOWN,
// POSITION_SIZE, MARGIN, NO_POSITION, ACCOUNT_REDUCING; and by the VENUE. There are no others.
const (
	ReasonDayEnded        Reason = "DAY_ENDED"        // a DAY order's day was over
	ReasonImmediate       Reason = "IOC_NOT_FILLED"   // what an IOC order could not trade at once
	ReasonUser            Reason = "USER"             // the command ORDER with cancel
	ReasonStrategy        Reason = "STRATEGY"         // a signal of its own strategy with cancel, or its time of squaring off when it has failed
	ReasonStopTouched     Reason = "STOPLOSS_TOUCHED" // the stop of its entry, or of one that it would have closed
	ReasonTargetTouched   Reason = "TARGET_TOUCHED"   // likewise the target
	ReasonStrategyRemoved Reason = "STRATEGY_REMOVED"
	ReasonExternal        Reason = "EXTERNAL" // an order event by others
)
