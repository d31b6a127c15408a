// Package scenario reads scenario files: plain text that loads ticks and says what
// must come of them, which a trader can read and write.
//
//	# A cross of averages buys.
//	date 2024-01-01
//	exchange NSE
//	config:
//	  accounts:
//	    - user_id: alice
//	      deposit: 100000
//	      strategies: [{strategy_id: cross, name: cross, symbols: [NIFTY], timeframe: 1min, rules: {...}}]
//
//	every 1min from 09:15:30 NIFTY 100 101 102 100 104
//	09:20:30 NIFTY 105 x 50
//	at 09:21:00
//	  candle NIFTY 1min 104 104 104 104
//	  indicator NIFTY 1min EMA_3 102.63
//	  signal BUY NIFTY by cross
//	  order PLACED BUY 10 NIFTY type MARKET
//	  order FILLED BUY 10 NIFTY at 105
//	  position OPENED NIFTY quantity 10 at 105
//
// Settings, each from its line on: "date", "zone" (default UTC) for the times that
// follow, "exchange" and "source" for the ticks. "config:" has settings of Velox in
// YAML, indented.
//
// Inputs: a tick is a time, a symbol, a price, and after "x" a volume (default 1);
// "every" gives ticks at regular times; "command TIME USER TYPE {data}" is a command
// for an account; "record TOPIC KEY VALUE" is any record of others.
//
// Checks: "at TIME" waits until all of it has been taken in and holds what came
// since the check before against the indented lines. Lines of signals, orders and
// alerts, and of positions that open or close, are all that there are, in their
// order by kind; "nothing" says that there are none. "candle" is the last closed one
// of a timeframe, "indicator" its last value, to the digits that are given, or none;
// "position MODIFIED" is the last update; these ask and leave nothing out.
//
// A line is a head of fixed words and then facts, each a name and a value; facts that
// a line doesn't mention are not looked at.
package scenario
