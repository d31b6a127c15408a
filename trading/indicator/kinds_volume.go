package indicator

// anchorUnits is the parameter that chooses what AVWAP starts with.
var anchorUnits = Parameter{Name: "unit", Default: unitWeek, Min: unitSession, Max: unitMonth, Whole: true}

var volumeKinds = []Kind{
	{
		Name: "AD", Outputs: []string{""}, make: newAD,
		Formula: "the sum, since the first bar, of flow = volume * ((close - low) - (high - close)) / (high - low), 0 without a range",
	},
	{
		Name: "ADOSC", Parameters: []Parameter{atLeast(periods("fast", 3), 2), atLeast(periods("slow", 10), 2)}, Outputs: []string{""}, make: newADOSC,
		Formula: "fast - slow average of AD: a + 2 / (n + 1) * (AD - a), from the first AD on; with the first value at bar max(fast, slow)",
	},
	{
		Name:       "AVWAP",
		Parameters: []Parameter{anchorUnits, {Name: "every", Default: 1, Min: 1, Max: 1000, Whole: true}},
		Outputs:    []string{""}, make: newAVWAP, own: true,
		Formula: "sum((high + low + close) / 3 * volume) / sum(volume) since the start of the period, every so many units: " +
			"0 sessions, 1 days, 2 weeks from Monday, 3 months; a session is a trading day and counts by its date",
	},
	{
		Name: "CMF", Parameters: []Parameter{atLeast(periods("periods", 20), 2)}, Outputs: []string{""}, make: newCMF,
		Formula: "sum(flow) / sum(volume) of n bars, flow = volume * ((close - low) - (high - close)) / (high - low), 0 without a range; 0 without volume",
	},
	{
		Name: "EFI", Parameters: []Parameter{periods("periods", 13)}, Outputs: []string{""}, make: newEFI,
		Formula: "the EMA, from the mean of the first n on, of (close - previous close) * volume",
	},
	{
		Name: "MARKETFI", Outputs: []string{""}, make: newMARKETFI,
		Formula: "(high - low) / volume; 0 without volume",
	},
	{
		Name: "NVI", Outputs: []string{""}, make: newNVI,
		Formula: "1000 at first; nvi * close / previous close at bars with less volume than the one before",
	},
	{
		Name: "OBV", Outputs: []string{""}, make: newOBV,
		Formula: "the first volume, + volume when the close rose, - volume when it fell",
	},
	{
		Name: "PVI", Outputs: []string{""}, make: newPVI,
		Formula: "1000 at first; pvi * close / previous close at bars with more volume than the one before",
	},
	{
		Name:       "PVO",
		Parameters: []Parameter{atLeast(periods("fast", 12), 2), atLeast(periods("slow", 26), 2), byDefault(averageType("type"), averageEMA)},
		Outputs:    []string{""}, make: newPVO,
		Formula: "100 * (f - s) / s, the averages of a type of the last fast and slow volumes, the shorter period being fast whichever comes first; 0 where s is below 1e-14",
	},
	{
		Name: "PVT", Outputs: []string{""}, make: newPVT,
		Formula: "the sum, since the first bar, of volume * (close - previous close) / previous close",
	},
	{
		Name: "RVOL", Parameters: []Parameter{periods("periods", 20)}, Outputs: []string{""}, make: newRVOL,
		Formula: "volume / mean volume of the n bars before it; no value where these have none",
	},
	{
		Name: "VWAP", Outputs: []string{""}, make: newVWAP,
		Formula: "sum((high + low + close) / 3 * volume) / sum(volume) since the session's start",
	},
	{
		Name:       "VWAP_BANDS",
		Parameters: []Parameter{{Name: "deviations", Default: 2, Min: 0.001, Max: 100}},
		Outputs:    []string{"UPPER", "LOWER"}, make: newVWAPBands, own: true,
		Formula: "VWAP + and - deviations * sqrt(sum(volume * (typical - VWAP)^2) / sum(volume)) since the session's start, typical = (high + low + close) / 3",
	},
}
