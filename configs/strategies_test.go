package configs

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// scenarios are the shipped strategies, each with a market and what must come of it.
var scenarios = []struct {
	file         string
	script, want string
}{
	{
		"ema_cross.yaml", `
			2024-01-08
			NIFTY 5min 09:15 1000x75
			2024-01-09
			NIFTY 5min 09:15 1000x10 1000..1040/20 1040..1000/14 1000x31
		`, `
			09 10:10:00 signal BUY 50 NIFTY stop 991.98
			09 10:12:30 filled BUY 50 NIFTY at 1003
			// the averages cross back: the position is turned
			09 12:30:00 exit SELL 50 NIFTY
			09 12:30:00 signal SELL 50 NIFTY stop 1024.43
			09 12:32:30 filled SELL 50 NIFTY at 1012.86
			09 12:32:30 filled SELL 50 NIFTY at 1012.86
			09 15:15:00 exit BUY 50 NIFTY
			09 15:17:30 filled BUY 50 NIFTY at 1000
		`,
	},
	{
		"rsi_reversion.yaml", `
			2024-01-08
			TCS 5min 09:15 400x30 400..380/10 380..390/10 390x25
		`, `
			08 13:05:00 signal BUY 200 TCS stop 383.94
			08 13:07:30 filled BUY 200 TCS at 386.5
			08 13:25:00 exit SELL 200 TCS
			08 13:27:30 filled SELL 200 TCS at 390
		`,
	},
	{
		"opening_range.yaml", `
			2024-01-08
			INFY 5min 09:15 1500 1505 1500 1510 1520x20 1520..1500/20 1500x31
			2024-01-09
			INFY 5min 09:15 1505 1495 1502 1500x3 1508 1512 1500..1530/20 1530x46
		`, `
			// the first candle of all may lack ticks: the first day is not traded
			09 09:50:00 signal BUY 100 INFY stop 1495.00 target 1528.00
			09 09:52:30 filled BUY 100 INFY at 1510
			09 11:29:59 placed SELL 100 INFY target
			09 11:30:00 filled SELL 100 INFY at 1528.5 target
		`,
	},
	{ // the way down, and back through the other side of the range
		"opening_range.yaml", `
			2024-01-08
			INFY 5min 09:15 1500x75
			2024-01-09
			INFY 5min 09:15 1505 1495 1502 1500x2 1494 1494..1506/4 1506x60
		`, `
			09 09:45:00 signal SELL 100 INFY stop 1505.00 target 1474.00
			09 09:47:30 filled SELL 100 INFY at 1495.5
			09 10:04:59 placed BUY 100 INFY stoploss
			09 10:05:00 filled BUY 100 INFY at 1506 stoploss
		`,
	},
	{ // too late in the day
		"opening_range.yaml", `
			2024-01-08
			INFY 5min 09:15 1500x75
			2024-01-09
			INFY 5min 09:15 1505 1495 1502 1500x24 1510x48
		`, `
		`,
	},
	{ // short, rests for half an hour, and short again
		"rsi_reversion.yaml", `
			2024-01-08
			TCS 5min 09:15 400 401 400 401 400 401 400 401 400 401 400 401 400 401 400 401 400 401 400 401 401..421/10 417 408 402 402..446/4 420 420..480/4 450 440 420 400x20
		`, `
			08 11:55:00 signal SELL 200 TCS stop 412.44
			08 11:57:30 filled SELL 200 TCS at 405
			08 12:00:00 exit BUY 200 TCS
			08 12:02:30 filled BUY 200 TCS at 407.5
			// RSI falls below 70 once more at 12:25: it rests until 12:32:30
			08 12:50:00 signal SELL 100 TCS stop 469.99
			08 12:52:30 filled SELL 100 TCS at 445
			08 13:00:00 exit BUY 100 TCS
			08 13:02:30 filled BUY 100 TCS at 410
		`,
	},
	{ // one leg has no candles: the other is not traded on old ones
		"pairs.yaml", `
			2024-01-08
			ICICIBANK 5min 09:15 1000 1001 999 1000x5 1001 1000x5 999 1000x10 985 985..1000/5 1000x10
			SBIN      5min 09:15 600x23
		`, `
		`,
	},
	{
		"vwap_pullback.yaml", `
			2024-01-05
			HDFCBANK 5min 15:25 1600
			2024-01-08
			HDFCBANK 5min 09:15 1600x75
			2024-01-09
			HDFCBANK 5min 09:15 1604 1608 1612 1614 1616 1618 1618..1612/3 1616 1620 1620..1640/20 1640x43
		`, `
			09 10:05:00 signal BUY 100 HDFCBANK stop 1611.95 target 1624.10
			09 10:07:30 filled BUY 100 HDFCBANK at 1618
			09 10:32:30 placed SELL 100 HDFCBANK target
			09 10:34:59 filled SELL 100 HDFCBANK at 1625 target
		`,
	},
	{
		"supertrend.yaml", `
			2024-01-08
			BANKNIFTY 15min 09:15 47000 47100 47000 47100 47000 47100 47000 47100 47000 47100 47000 47100..46500/12 46500..46490/2
			2024-01-09
			BANKNIFTY 15min 09:15 46490..46450/8 46450..46650/10 46650..46700/7
		`, `
			08 13:45:00 signal SELL 25 BANKNIFTY trail 246.74
			08 13:52:30 filled SELL 25 BANKNIFTY at 46725
			// small candles have brought the line nearer than the trailing stop
			09 12:15:00 exit BUY 25 BANKNIFTY
			09 12:15:00 signal BUY 25 BANKNIFTY trail 81.05
			09 12:22:30 filled BUY 25 BANKNIFTY at 46540
			09 12:22:30 filled BUY 25 BANKNIFTY at 46540
		`,
	},
	{
		"pairs.yaml", `
			2024-01-08
			ICICIBANK 5min 09:15 1000 1001 999 1000x5 1001 1000x5 999 1000x10 985 985..1000/5 1000x10
			SBIN      5min 09:15 600 600 600 600x5 600 600x5 600 600x10 600 600x5 600x10
		`, `
			08 11:25:00 signal BUY 50 ICICIBANK
			08 11:25:00 signal SELL 83 SBIN
			08 11:27:30 filled BUY 50 ICICIBANK at 986.5
			08 11:27:30 filled SELL 83 SBIN at 600
			08 11:50:00 exit SELL 50 ICICIBANK
			08 11:50:00 exit BUY 83 SBIN
			08 11:52:30 filled SELL 50 ICICIBANK at 1000
			08 11:52:30 filled BUY 83 SBIN at 600
		`,
	},
}

// TestShippedStrategies plays each scenario as it is, with everything saved and
// loaded before every update, and with the ends of candles told in other orders:
// always with the same result.
func TestShippedStrategies(t *testing.T) {
	for _, c := range scenarios {
		for name, change := range map[string]func(*stage){
			"plain":              func(*stage) {},
			"saved and loaded":   func(s *stage) { s.reload = true },
			"first symbol last":  func(s *stage) { s.slow = s.frames[0].symbol },
			"timeframes swapped": func(s *stage) { slices.Reverse(s.frames) },
		} {
			t.Run(strings.TrimSuffix(c.file, ".yaml")+" "+name, func(t *testing.T) {
				s := newStage(t, c.file)
				change(s)
				s.play(c.script, c.want)
			})
		}
	}
}

// TestEveryShippedStrategyHasAScenario also checks that each file is one account
// that can be deployed as it is.
func TestEveryShippedStrategyHasAScenario(t *testing.T) {
	files, err := os.ReadDir("strategies")
	if err != nil || len(files) != 6 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		played := false
		for _, c := range scenarios {
			played = played || c.file == f.Name()
		}
		if !played {
			t.Errorf("%s has no scenario", f.Name())
		}
	}
}
