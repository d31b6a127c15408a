package indicator

// statisticsKinds are TA-Lib's statistic functions: of closes, or of highs and lows.
var statisticsKinds = []Kind{
	{
		Name: "BETA", Parameters: []Parameter{periods("periods", 5)}, Outputs: []string{""}, make: newBETA,
		Formula: "the slope, by least squares, of n returns of lows over those of highs; 0 where the highs' don't vary",
	},
	{
		Name: "CORREL", Parameters: []Parameter{periods("periods", 30)}, Outputs: []string{""}, make: newCORREL,
		Formula: "the correlation of n highs and lows; 0 where one doesn't vary",
	},
	{
		Name: "LINEARREG", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newLINEARREG,
		Formula: "the line through n closes by least squares, at the newest one",
	},
	{
		Name: "LINEARREG_ANGLE", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newAngle,
		Formula: "the arc tangent, in degrees, of the slope a bar of the line by least squares through n closes",
	},
	{
		Name: "LINEARREG_INTERCEPT", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newIntercept,
		Formula: "the line by least squares through n closes, at the oldest one",
	},
	{
		Name: "LINEARREG_SLOPE", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newSlope,
		Formula: "the rise a bar of the line by least squares through n closes",
	},
	{
		Name:       "PERCENTILE",
		Parameters: []Parameter{atLeast(periods("periods", 30), 2), {Name: "percent", Default: 50, Min: 0, Max: 100}},
		Outputs:    []string{""}, ClosesOnly: true, make: newPERCENTILE,
		Formula: "the ceil(percent * n / 100)-th smallest of n closes, at least the first",
	},
	{
		Name: "PERCENTRANK", Parameters: []Parameter{atLeast(periods("periods", 100), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newPERCENTRANK,
		Formula: "100 * how many of the n closes before are less / n",
	},
	{
		Name:       "STDDEV",
		Parameters: []Parameter{atLeast(periods("periods", 5), 2), {Name: "deviations", Default: 1, Min: 0.001, Max: 100}},
		Outputs:    []string{""}, ClosesOnly: true, make: newSTDDEV,
		Formula: "as many population deviations of n closes",
	},
	{
		Name: "TSF", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newTSF,
		Formula: "the line through n closes by least squares, one bar ahead",
	},
	{
		Name: "VAR", Parameters: []Parameter{periods("periods", 5)}, Outputs: []string{""}, ClosesOnly: true, make: newVAR,
		Formula: "the population variance of n closes",
	},
}
