package market

// rules are the rules of docs/candles.md by name, each as a script.
var rules = []struct {
	rule, timeframe string
	always          bool
	lines, want     []string
}{
	{
		rule: "open, high, low, close, volume", timeframe: "5min",
		lines: []string{"09:15:00.1 100 5", "09:16:00 103.5 0.25", "09:17:00 99 1", "09:19:59.999 101 2", "forming", "clock 09:20:01"},
		want: []string{
			"forming 09:15:00-09:20:00 100 103.5 99 101 volume 8.25 of 4 partial",
			"09:15:00-09:20:00 100 103.5 99 101 volume 8.25 of 4 partial",
		},
	},
	{
		rule: "start inclusive, end exclusive", timeframe: "1min",
		lines: []string{"09:15:00 100 1", "09:16:00 101 1", "clock 09:16:00.999", "clock 09:16:01", "clock 09:17:01"},
		want:  []string{"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "09:16:00-09:17:00 101 101 101 101 volume 1 of 1"},
	},
	{
		rule: "aligned to the session's open", timeframe: "1hour",
		lines: []string{"10:00:00 100 1", "10:15:00 101 1", "clock 11:15:01"},
		want:  []string{"09:15:00-10:15:00 100 100 100 100 volume 1 of 1 partial", "10:15:00-11:15:00 101 101 101 101 volume 1 of 1"},
	},
	{
		rule: "aligned to UTC midnight", timeframe: "1hour", always: true,
		lines: []string{"10:00:00 100 1", "clock 11:00:01"},
		want:  []string{"10:00:00-11:00:00 100 100 100 100 volume 1 of 1 partial"},
	},
	{
		rule: "cut at the session's end", timeframe: "1hour",
		lines: []string{"15:20:00 100 1", "clock 15:30:00.999", "clock 15:30:01"},
		want:  []string{"15:15:00-15:30:00 100 100 100 100 volume 1 of 1 partial"},
	},
	{
		rule: "a day is a session", timeframe: "1day",
		lines: []string{"09:15:00 100 1", "15:29:59.999 101 1", "clock 15:30:01"},
		want:  []string{"09:15:00-15:30:00 100 101 100 101 volume 2 of 2 partial"},
	},
	{
		rule: "off session", timeframe: "5min",
		lines: []string{"09:14:59.999 90 1", "forming", "09:15:00 100 1", "15:30:00 110 1", "forming"},
		want: []string{
			"off session 09:14:59.999", "nothing forming",
			"09:15:00-09:20:00 100 100 100 100 volume 1 of 1 partial", "off session 15:30:00", "nothing forming",
		},
	},
	{
		rule: "no candle without ticks", timeframe: "1min",
		lines: []string{"09:15:00 100 1", "09:19:30 101 1", "clock 09:20:01"},
		want:  []string{"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "09:19:00-09:20:00 101 101 101 101 volume 1 of 1"},
	},
	{
		rule: "closing", timeframe: "1min",
		lines: []string{"clock 09:15:00", "09:15:30 100 1", "clock 09:16:00.999", "forming", "clock 09:16:01", "forming"},
		want: []string{
			"forming 09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial",
			"nothing forming",
		},
	},
	{
		rule: "several open within the grace", timeframe: "1min",
		lines: []string{"09:15:59 100 1", "09:16:00.5 101 1", "forming", "09:15:59.5 102 1", "forming", "09:16:01 103 1"},
		want: []string{
			"forming 09:16:00-09:17:00 101 101 101 101 volume 1 of 1", "forming 09:16:00-09:17:00 101 101 101 101 volume 1 of 1",
			"09:15:00-09:16:00 100 102 100 102 volume 2 of 2 partial",
		},
	},
	{
		rule: "late", timeframe: "1min",
		lines: []string{"09:15:59 100 1", "09:16:01 101 1", "09:15:59.999 50 9", "forming", "clock 09:17:01"},
		want: []string{
			"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "late 09:15:59.999",
			"forming 09:16:00-09:17:00 101 101 101 101 volume 1 of 1", "09:16:00-09:17:00 101 101 101 101 volume 1 of 1",
		},
	},
	{
		rule: "late for a candle that never was", timeframe: "1min",
		lines: []string{"09:17:01 100 1", "09:16:59 50 1", "09:15:10 50 1", "clock 09:18:01"},
		want:  []string{"late 09:16:59", "late 09:15:10", "09:17:00-09:18:00 100 100 100 100 volume 1 of 1 partial"},
	},
	{
		rule: "order of arrival", timeframe: "1min",
		lines: []string{"09:15:30 100 1", "09:15:10 90 1", "09:15:20 95 1", "09:15:50 105 1", "09:15:40 80 1", "clock 09:16:01"},
		want:  []string{"09:15:00-09:16:00 90 105 80 105 volume 5 of 5 partial"},
	},
	{
		rule: "equal times", timeframe: "1min",
		lines: []string{"09:15:10 100 1", "09:15:10 101 1", "09:15:50 102 1", "09:15:50 103 1", "09:15:50 99 1", "clock 09:16:01"},
		want:  []string{"09:15:00-09:16:00 100 103 99 99 volume 5 of 5 partial"},
	},
	{
		rule: "partial", timeframe: "1min",
		lines: []string{"09:16:00.5 101 1", "09:15:59.9 100 1", "clock 09:17:01"},
		want:  []string{"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "09:16:00-09:17:00 101 101 101 101 volume 1 of 1"},
	},
	{
		rule: "gap", timeframe: "1min",
		lines: []string{"09:15:30 100 1", "clock 09:16:01", "09:16:30 101 1", "gap", "09:18:30 102 1", "09:19:30 103 1", "clock 09:20:01"},
		want: []string{
			"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "09:16:00-09:17:00 101 101 101 101 volume 1 of 1 gap",
			"09:18:00-09:19:00 102 102 102 102 volume 1 of 1 partial", "09:19:00-09:20:00 103 103 103 103 volume 1 of 1",
		},
	},
	{
		rule: "gap within a candle", timeframe: "1min",
		lines: []string{"09:15:30 100 1", "gap", "09:15:40 101 1", "09:16:30 102 1", "clock 09:17:01"},
		want: []string{
			"09:15:00-09:16:00 100 101 100 101 volume 2 of 2 gap partial", "09:16:00-09:17:00 102 102 102 102 volume 1 of 1",
		},
	},
}
