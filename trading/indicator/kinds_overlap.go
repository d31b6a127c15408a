package indicator

// overlapKinds are what is drawn over prices: averages, bands and stops. TA-Lib's MAVP
// isn't among them: it needs a second series, of periods.
var overlapKinds = append(averageKinds, []Kind{
	{
		Name: "ACCBANDS", Parameters: []Parameter{atLeast(periods("periods", 20), 2)}, Outputs: bandNames, make: newACCBANDS,
		Formula: "the means of n of high * (1 + w), of close and of low * (1 - w), w = 4 * (high - low) / (high + low)",
	},
	{
		Name: "BBANDS", Parameters: []Parameter{atLeast(periods("periods", 20), 2), deviations()}, Outputs: bandNames, ClosesOnly: true, make: newBBANDS,
		Formula: "the mean of n closes, + and - deviations * their population deviation",
	},
	{
		Name: "DONCHIAN", Parameters: []Parameter{atLeast(periods("periods", 20), 2)}, Outputs: bandNames, make: newDONCHIAN,
		Formula: "the highest of n highs, the middle, the lowest of n lows",
	},
	{
		Name: "HT_TRENDLINE", Outputs: []string{""}, ClosesOnly: true, make: newHTTrendline,
		Formula: "the mean of the closes of one dominant cycle, 6 to 50 bars, smoothed with weights 4, 3, 2, 1; the cycle as in Ehlers, Rocket Science for Traders (2001), chapters 7 and 10",
	},
	{
		Name:       "ICHIMOKU",
		Parameters: []Parameter{periods("conversion", 9), periods("base", 26), periods("span", 52)},
		Outputs:    []string{"TENKAN", "KIJUN", "SENKOU_A", "SENKOU_B"}, make: newICHIMOKU, own: true,
		Formula: "MIDPRICE(conversion), MIDPRICE(base); of base bars ago, the mean of these two and MIDPRICE(span)",
	},
	{
		Name:       "KC",
		Parameters: []Parameter{atLeast(periods("periods", 20), 2), periods("ATR periods", 10), deviations()},
		Outputs:    bandNames, make: newKC,
		Formula: "the EMA of n (high + low + close) / 3, + and - deviations * ATR(ATR periods)",
	},
	{
		Name:       "KELTNER",
		Parameters: []Parameter{atLeast(periods("periods", 20), 2), periods("ATR periods", 10), deviations()},
		Outputs:    bandNames, make: newKELTNER, own: true,
		Formula: "the EMA of n closes, + and - deviations * ATR(ATR periods)",
	},
	{
		Name: "MIDPOINT", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newMIDPOINT,
		Formula: "the middle of the highest and the lowest of n closes",
	},
	{
		Name: "MIDPRICE", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, make: newMIDPRICE,
		Formula: "the middle of the highest of n highs and the lowest of n lows",
	},
	{
		Name: "SAR", Parameters: []Parameter{factor("acceleration", 0.02), factor("most", 0.2)}, Outputs: []string{""}, make: newSAR,
		Formula: "s + a * (extreme - s), not within the last two bars' range; a grows by acceleration with each new extreme, up to most; turns when passed",
	},
	{
		Name: "SAREXT",
		Parameters: []Parameter{
			{Name: "start", Default: 0, Min: -1e15, Max: 1e15},
			factor("offset", 0),
			factor("first long", 0.02),
			factor("long", 0.02),
			factor("most long", 0.2),
			factor("first short", 0.02),
			factor("short", 0.02),
			factor("most short", 0.2),
		},
		Outputs: []string{""}, make: newSAREXT,
		Formula: "SAR with its own acceleration for long and short, a start (below 0: short) and an offset at a turn; negative while short",
	},
	{
		Name:       "SUPERTREND",
		Parameters: []Parameter{atLeast(periods("periods", 10), 2), {Name: "ATRs", Default: 3, Min: 0, Max: 100}},
		Outputs:    []string{"", "DIRECTION"}, make: newSUPERTREND,
		Formula: "(high + low) / 2 - ATRs * ATR, never falling, while up (1); + ATRs * ATR, never rising, while down (-1); turns when a close passes it",
	},
	{
		Name: "VWMA", Parameters: []Parameter{periods("periods", 30)}, Outputs: []string{""}, make: newVWMA,
		Formula: "sum(close * volume) / sum(volume) of n bars",
	},
}...)

var bandNames = []string{"UPPER", "MIDDLE", "LOWER"}

// deviations is how far bands are from their middle.
func deviations() Parameter { return Parameter{Name: "deviations", Default: 2, Min: 0.001, Max: 100} }

// factor is a part of the whole.
func factor(name string, def float64) Parameter {
	return Parameter{Name: name, Default: def, Min: 0, Max: 1}
}
