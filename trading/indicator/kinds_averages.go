package indicator

// averageKinds are moving averages of closes.
var averageKinds = []Kind{
	{
		Name: "DEMA", Parameters: []Parameter{periods("periods", 30)}, Outputs: []string{""}, ClosesOnly: true, make: byNumber(averageDEMA),
		Formula: "2 * e1 - e2, e1 the EMA of closes, e2 the EMA of e1",
	},
	{
		Name: "EMA", Parameters: []Parameter{periods("periods", 20)}, Outputs: []string{""}, ClosesOnly: true, make: newEMA,
		Formula: "e + 2 / (n + 1) * (close - e), from the mean of the first n closes on",
	},
	{
		Name: "HMA", Parameters: []Parameter{periods("periods", 20)}, Outputs: []string{""}, ClosesOnly: true, make: byNumber(averageHMA),
		Formula: "the WMA, over the root of n, of 2 * WMA(n / 2) - WMA(n); root and half rounded down",
	},
	{
		Name: "KAMA", Parameters: []Parameter{periods("periods", 30)}, Outputs: []string{""}, ClosesOnly: true, make: byNumber(averageKAMA),
		Formula: "k + (e * (2/3 - 2/31) + 2/31)^2 * (close - k), e = |close - close n bars ago| / the sum of the n moves; 1 without moves",
	},
	{
		Name: "MA", Parameters: []Parameter{periods("periods", 30), atMost(averageType("type"), averageRMA)}, Outputs: []string{""}, ClosesOnly: true, make: newMA,
		Formula: "the average of a type: 0 SMA, 1 EMA, 2 WMA, 3 DEMA, 4 TEMA, 5 TRIMA, 6 KAMA, 7 MAMA, 8 T3, 9 HMA, 10 none, 11 SMA, 12 ZLEMA, 13 RMA",
	},
	{
		Name:       "MAMA",
		Parameters: []Parameter{{Name: "fast limit", Default: 0.5, Min: 0.01, Max: 0.99}, {Name: "slow limit", Default: 0.05, Min: 0.01, Max: 0.99}},
		Outputs:    []string{"", "FAMA"}, ClosesOnly: true, make: newMAMA,
		Formula: "an EMA whose weight is fast limit / the fall of the cycle's phase in degrees, at least slow limit; FAMA follows it at half the weight; the phase as in Ehlers, MESA Adaptive Moving Averages (Stocks & Commodities, September 2001)",
	},
	{
		Name: "RMA", Parameters: []Parameter{periods("periods", 30)}, Outputs: []string{""}, ClosesOnly: true, make: byNumber(averageRMA),
		Formula: "(r * (n - 1) + close) / n, from the mean of the first n closes on",
	},
	{
		Name: "SMA", Parameters: []Parameter{periods("periods", 20)}, Outputs: []string{""}, ClosesOnly: true, make: newSMA,
		Formula: "the mean of n closes",
	},
	{
		Name: "T3", Parameters: []Parameter{periods("periods", 5), {Name: "factor", Default: 0.7, Min: 0, Max: 1}}, Outputs: []string{""}, ClosesOnly: true, make: newT3,
		Formula: "g of g of g of closes, g = (1 + factor) * EMA - factor * the EMA of that EMA",
	},
	{
		Name: "TEMA", Parameters: []Parameter{periods("periods", 30)}, Outputs: []string{""}, ClosesOnly: true, make: byNumber(averageTEMA),
		Formula: "3 * e1 - 3 * e2 + e3, e1 the EMA of closes, e2 the EMA of e1, e3 the EMA of e2",
	},
	{
		Name: "TRIMA", Parameters: []Parameter{periods("periods", 30)}, Outputs: []string{""}, ClosesOnly: true, make: byNumber(averageTRIMA),
		Formula: "the mean of n / 2 + 1 means of (n + 1) / 2 closes, both rounded down",
	},
	{
		Name: "WMA", Parameters: []Parameter{periods("periods", 30)}, Outputs: []string{""}, ClosesOnly: true, make: byNumber(averageWMA),
		Formula: "the mean of n closes with weights 1 to n, the newest the most",
	},
	{
		Name: "ZLEMA", Parameters: []Parameter{periods("periods", 30)}, Outputs: []string{""}, ClosesOnly: true, make: byNumber(averageZLEMA),
		Formula: "the EMA of 2 * close - close (n - 1) / 2 bars ago, rounded down",
	},
}
