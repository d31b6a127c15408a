package market

// rules are the rules of docs/candles.md by name, each as a script.
var rules = []struct {
	rule, timeframe    string
	always, amend      bool
	calendar, midnight string // of testCalendars, and the day of the lines
	lines, want        []string
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
		rule: "a day is its sessions", timeframe: "1day", calendar: "tse", midnight: "2024-06-05T00:00:00+09:00",
		lines: []string{"09:00:00 100 1", "11:30:00 99 1", "12:30:00 101 1", "clock 15:00:00.999", "clock 15:00:01"},
		want:  []string{"off session 11:30:00", "09:00:00-15:00:00 100 101 100 101 volume 2 of 2 partial"},
	},
	{
		rule: "a second session", timeframe: "1hour", calendar: "tse", midnight: "2024-06-05T00:00:00+09:00",
		lines: []string{"11:15:00 100 1", "11:29:59.999 101 1", "12:00:00 50 1", "12:30:00 102 1", "13:30:00 103 1", "14:30:00 104 1", "clock 15:00:01"},
		want: []string{
			"11:00:00-11:30:00 100 101 100 101 volume 2 of 2 partial", "off session 12:00:00", "12:30:00-13:30:00 102 102 102 102 volume 1 of 1",
			"13:30:00-14:30:00 103 103 103 103 volume 1 of 1", "14:30:00-15:00:00 104 104 104 104 volume 1 of 1",
		},
	},
	{
		rule: "the evening before", timeframe: "1day", calendar: "comex", midnight: "2024-06-09T00:00:00-04:00",
		lines: []string{"17:59:59 90 1", "18:00:00 100 1", "1/16:59:59 101 1", "1/17:30:00 95 1", "1/18:00:00 102 1", "clock 2/17:00:01"},
		want: []string{
			"off session 17:59:59", "18:00:00-1/17:00:00 100 101 100 101 volume 2 of 2 partial", "off session 1/17:30:00",
			"1/18:00:00-2/17:00:00 102 102 102 102 volume 1 of 1",
		},
	},
	{
		rule: "a new day", timeframe: "1hour", always: true,
		lines: []string{"23:59:59.999 100 1", "1/00:00:00 101 1", "clock 1/00:00:01", "clock 1/01:00:01"},
		want:  []string{"23:00:00-1/00:00:00 100 100 100 100 volume 1 of 1 partial", "1/00:00:00-1/01:00:00 101 101 101 101 volume 1 of 1"},
	},
	{
		rule: "a week", timeframe: "1week",
		lines: []string{"10:00:00 100 1", "3/10:00:00 99 1", "5/10:00:00 50 1", "7/09:15:00 102 1"},
		want:  []string{"09:15:00-4/15:30:00 100 100 99 99 volume 2 of 2 partial", "off session 5/10:00:00"},
	},
	{
		rule: "a month", timeframe: "1month",
		lines: []string{"10:00:00 100 1", "30/15:29:59 101 1", "31/09:15:00 102 1"},
		want:  []string{"09:15:00-30/15:30:00 100 101 100 101 volume 2 of 2 partial"},
	},
	{
		rule: "holidays and special days", timeframe: "1hour", calendar: "kolkata", midnight: "2024-11-01T00:00:00+05:30",
		lines: []string{"10:00:00 90 1", "18:15:00 100 1", "19:00:00 91 1", "clock 19:00:01"},
		want:  []string{"off session 10:00:00", "off session 19:00:00", "18:00:00-19:00:00 100 100 100 100 volume 1 of 1 partial"},
	},
	{
		rule: "a quiet symbol", timeframe: "1min",
		lines: []string{"09:15:30 100 1", "clock 09:16:00", "clock 09:16:01", "clock 09:30:00", "09:30:00 101 1", "clock 09:31:01"},
		want:  []string{"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "09:30:00-09:31:00 101 101 101 101 volume 1 of 1"},
	},
	{
		rule: "custom minutes", timeframe: "7min",
		lines: []string{"09:21:59.999 100 1", "09:22:00 101 1", "15:29:00 102 1", "clock 15:30:01"},
		want: []string{
			"09:15:00-09:22:00 100 100 100 100 volume 1 of 1 partial", "09:22:00-09:29:00 101 101 101 101 volume 1 of 1",
			"15:26:00-15:30:00 102 102 102 102 volume 1 of 1",
		},
	},
	{
		rule: "amended", timeframe: "1min", amend: true,
		lines: []string{"09:15:59 100 1", "09:16:10 101 1", "09:15:59.999 50 9", "09:15:00 99 1", "forming", "clock 09:17:01"},
		want: []string{
			"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "again 09:15:00-09:16:00 100 100 50 50 volume 10 of 2 partial amended",
			"again 09:15:00-09:16:00 99 100 50 50 volume 11 of 3 partial amended", "forming 09:16:00-09:17:00 101 101 101 101 volume 1 of 1",
			"09:16:00-09:17:00 101 101 101 101 volume 1 of 1",
		},
	},
	{
		rule: "amended when nothing had traded", timeframe: "1min", amend: true,
		lines: []string{"09:15:10 100 1", "09:17:10 101 1", "09:16:10 102 1"},
		want: []string{
			"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "again 09:16:00-09:17:00 102 102 102 102 volume 1 of 1 amended",
		},
	},
	{
		rule: "too late to amend", timeframe: "1min", amend: true,
		lines: []string{"09:15:10 100 1", "09:17:00.999 101 1", "09:15:20 99 1", "clock 09:17:01", "09:15:30 98 1"},
		want: []string{
			"09:15:00-09:16:00 100 100 100 100 volume 1 of 1 partial", "again 09:15:00-09:16:00 100 100 99 99 volume 2 of 2 partial amended",
			"late 09:15:30",
		},
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
