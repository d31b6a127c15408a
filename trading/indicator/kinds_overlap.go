package indicator

var overlapKinds = []Kind{
	{
		Name:       "BBANDS",
		Parameters: []Parameter{atLeast(periods("periods", 20), 2), {Name: "deviations", Default: 2, Min: 0.001, Max: 100}},
		Outputs:    []string{"UPPER", "MIDDLE", "LOWER"}, make: newBBANDS,
		Formula: "the mean of n closes; as many population deviations above and below it",
	},
	{
		Name: "EMA", Parameters: []Parameter{periods("periods", 20)}, Outputs: []string{""}, make: newEMA,
		Formula: "e + 2 / (n + 1) * (close - e), from the mean of the first n closes on",
	},
	{
		Name: "SMA", Parameters: []Parameter{periods("periods", 20)}, Outputs: []string{""}, make: newSMA,
		Formula: "the mean of n closes",
	},
}
