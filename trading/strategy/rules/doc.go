// Package rules makes strategies of written rules: expressions over prices,
// indicators and the strategy's own position, in the grammar of expr-lang.
//
//	entry_long:  cross_above(EMA_9, EMA_21) and RSI_14 < 70
//	exit_long:   cross_below(EMA_9, EMA_21)
//	stoploss:    price * (1 - 0.01 * side)
//	target:      price * (1 + 0.02 * side)
//	quantity:    50
//
// Names. open, high, low, close, volume: of the candle. price: last traded.
// EMA_20, MACD_12_26_9_SIGNAL, indicator("BBANDS_20_2.5_UPPER"): indicators.
// position (negative for short), average_price, unrealized_pnl, realized_pnl,
// open_orders: of this strategy in this symbol. minutes_in_position, and
// minute_of_day, in UTC. side: 1 for a long entry and -1 for a short one, where an
// entry's numbers are asked for.
//
// Operators. + - * / % ^; > >= < <= == !=; and, or, not; a ? b : c.
//
// Earlier values. x[1] is x as it was when the candle before closed, x[2] the one
// before that. x may be an expression: (high + low)[1]. At every_tick, x itself
// includes the forming candle, and x[1] is of the last closed one.
//
// Functions. abs, ceil, floor, round (half to even), sqrt, min, max; highest(x, n),
// lowest(x, n): of the last n candles, this one included; cross_above(a, b): a > b
// and a[1] <= b[1]; cross_below(a, b): its mirror; rising(x, n), falling(x, n): each
// of the last n steps went up, or down.
//
// A rule that looks at a value that is not there (a cold indicator, a candle that
// was not seen) does not hold, and an entry whose numbers are not there, or make
// no sense, is not signalled. Division by zero gives no sense.
//
// A rule is asked when it may matter: with an open order in the symbol, none is.
// An entry to the other side closes the position first, in the same step. After an
// entry was signalled, the next one comes in another candle.
//
// Only expr's parser is used. Its tree is checked and turned into functions over
// floats here, because a rule has numbers and truths only: every name is
// resolved before the first tick, a step without signals allocates nothing, and a
// rule can't loop, so it ends.
package rules
