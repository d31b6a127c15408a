package indicator

var momentumKinds = []Kind{
	{
		Name:       "MACD",
		Parameters: []Parameter{atLeast(periods("fast", 12), 2), atLeast(periods("slow", 26), 2), periods("signal", 9)},
		Outputs:    []string{"", "SIGNAL", "HIST"}, make: newMACD,
		Formula: "EMA(fast) - EMA(slow); the EMA(signal) of that; their difference",
	},
	{
		Name: "RSI", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, make: newRSI,
		Formula: "100 * gain / (gain + loss), Wilder's averages of the moves up and down; 0 without moves",
	},
}
