package indicator

var volatilityKinds = []Kind{
	{
		Name: "ADR", Parameters: []Parameter{periods("periods", 14)}, Outputs: []string{""}, make: newADR,
		Formula: "the mean of n (high - low)",
	},
	{
		Name: "ATR", Parameters: []Parameter{periods("periods", 14)}, Outputs: []string{""}, make: newATR,
		Formula: "Wilder's average of max(high - low, |high - previous close|, |low - previous close|)",
	},
	{
		Name: "CVI", Parameters: []Parameter{atLeast(periods("periods", 10), 2), periods("rate periods", 10)}, Outputs: []string{""}, make: newCVI,
		Formula: "100 * (e - past) / past, e the EMA of n (high - low), past what it was rate periods ago; 0 where that is 0",
	},
	{
		Name: "MASSI", Parameters: []Parameter{atLeast(periods("fast", 9), 2), atLeast(periods("slow", 25), 2)}, Outputs: []string{""}, make: newMASSI,
		Formula: "the sum of slow ratios e1 / e2, e1 the EMA of fast (high - low), e2 the EMA of fast e1; a ratio is 1 where e2 is 0",
	},
	{
		Name: "NATR", Parameters: []Parameter{periods("periods", 14)}, Outputs: []string{""}, make: newNATR,
		Formula: "100 * ATR / close, 0 at a close of 0; with 1 period TRANGE",
	},
	{
		Name: "RVI", Parameters: []Parameter{periods("periods", 14), atLeast(periods("deviation periods", 10), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newRVI,
		Formula: "100 * up / (up + down), Wilder's averages of n deviations (population, of the last deviation periods closes) at closes above and below " +
			"the one before, 0 at others; 50 without any",
	},
	{
		Name: "TRANGE", Outputs: []string{""}, make: newTRANGE,
		Formula: "max(high - low, |high - previous close|, |low - previous close|)",
	},
}
