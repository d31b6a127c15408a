package indicator

var volatilityKinds = []Kind{
	{
		Name: "ATR", Parameters: []Parameter{periods("periods", 14)}, Outputs: []string{""}, make: newATR,
		Formula: "Wilder's average of max(high - low, |high - previous close|, |low - previous close|)",
	},
}
