// Package rules makes strategies of written rules: expressions over prices,
// indicators and the strategy's own position, in the grammar of expr-lang.
// docs/strategies.md lists all rules, names and functions for those who write them.
//
//	let:         trend = tf("15min", EMA_20)
//	entry_long:  cross_above(EMA_9, EMA_21) and close > trend
//	exit_long:   cross_below(EMA_9, EMA_21)
//	stoploss:    price * (1 - 0.01 * side)
//	quantity:    50
//
// Values of candles (open, close, EMA_20) are of a stream, a symbol and a timeframe,
// and have earlier values: x[1] is x as it was when the candle of its stream before
// closed. x may be an expression: (high + low)[1]. tf and of change the stream. All
// other values (price, position, day_high) are scalars: of a symbol, without earlier
// values. A defined name is written out where it stands, so it is whatever its
// expression would be there.
//
// A decision is made for one traded symbol at one time. With on_close that is the end
// of a candle; all values are of closed candles, and it waits for the candles of other
// streams that end with it, so that it doesn't depend on the order in which they are
// told. With every_tick it is an update, on the last known values.
//
// A rule that looks at a value that is not there (a cold indicator, a candle that
// was not seen, a stream that is too old) or, unless allowed, at one that a candle
// with missing ticks went into, does not hold, and an entry whose numbers are not
// there, or make no sense, is not signalled. Division by zero gives no sense.
//
// A rule matters when it may be acted on: with an open order in the symbol, none may.
// One that would hold and may not be acted on, or can't be told, is withheld: Explain
// says why, after each step.
// An entry to the other side closes the position first, in the same step. After an
// entry was signalled, the next one comes in another candle.
//
// Only expr's parser is used. Its tree is checked and turned into functions over
// floats here, because a rule has numbers and truths only: every name is
// resolved before the first tick, a step without signals allocates nothing, and a
// rule can't loop, so it ends.
package rules
