package indicator

// priceKinds are what TA-Lib calls price transforms.
var priceKinds = []Kind{
	{
		Name: "AVGDEV", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newAVGDEV,
		Formula: "the mean of |close - mean of n closes| of n closes",
	},
	{Name: "AVGPRICE", Outputs: []string{""}, make: newAVGPRICE, Formula: "(open + high + low + close) / 4"},
	{
		Name: "HA", Outputs: []string{"OPEN", "HIGH", "LOW", "CLOSE"}, make: newHA,
		Formula: "close = (open + high + low + close) / 4; open = (previous HA open + previous HA close) / 2, at first (open + close) / 2; " +
			"high and low of the bar, the HA open and the HA close",
	},
	{Name: "MEDPRICE", Outputs: []string{""}, make: newMEDPRICE, Formula: "(high + low) / 2"},
	{Name: "TYPPRICE", Outputs: []string{""}, make: newTYPPRICE, Formula: "(high + low + close) / 3"},
	{Name: "WCLPRICE", Outputs: []string{""}, make: newWCLPRICE, Formula: "(high + low + 2 * close) / 4"},
}
