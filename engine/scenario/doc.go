// Package scenario reads scenario files: plain text that loads ticks and says what
// must come of them, which a trader can read and write. docs/scenarios.md has the
// whole format.
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
//	  indicator NIFTY 1min EMA_3 103.625
//	  signal BUY NIFTY by cross
//	  order PLACED BUY 10 NIFTY type MARKET
//	  order FILLED BUY 10 NIFTY at 105
//	  position OPENED NIFTY quantity 10 at 105
//
// Parse reads one into steps: ticks, records of others, restarts and checks. Whoever
// runs the steps gives all that the shards write to a Journal, which holds a check's
// lines against it: what happened of the kinds of event.go must all be there, in its
// order; candles, indicators and the state of a position are asked for.
package scenario
