package indicator

// momentumKinds are TA-Lib's momentum indicators.
var momentumKinds = []Kind{
	{
		Name:       "AC",
		Parameters: []Parameter{atLeast(periods("fast", 5), 2), atLeast(periods("slow", 34), 2), atLeast(periods("signal", 5), 2)},
		Outputs:    []string{""}, make: newAC,
		Formula: "AO(fast, slow) less its mean of signal bars",
	},
	{
		Name: "ADX", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, make: newADX,
		Formula: "the mean of the first n DX, then adx + (dx - adx) / n",
	},
	{
		Name: "ADXR", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, make: newADXR,
		Formula: "the mean of ADX and ADX n - 1 bars ago",
	},
	{
		Name: "AO", Parameters: []Parameter{atLeast(periods("fast", 5), 2), atLeast(periods("slow", 34), 2)}, Outputs: []string{""}, make: newAO,
		Formula: "the mean of fast (high + low) / 2 less that of slow",
	},
	{
		Name:       "APO",
		Parameters: []Parameter{atLeast(periods("fast", 12), 2), atLeast(periods("slow", 26), 2), byDefault(averageType("type"), averageEMA)},
		Outputs:    []string{""}, ClosesOnly: true, make: newAPO,
		Formula: "f - s, the averages of a type of the last fast and slow closes, the shorter period being fast whichever comes first",
	},
	{
		Name: "AROON", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{"DOWN", "UP"}, make: newAROON,
		Formula: "100 * (n - bars since the lowest low, highest high, of n + 1) / n",
	},
	{
		Name: "AROONOSC", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, make: newAROONOSC,
		Formula: "AROON_UP - AROON_DOWN",
	},
	{
		Name: "BOP", Outputs: []string{""}, make: newBOP,
		Formula: "(close - open) / (high - low); 0 without a range",
	},
	{
		Name: "CCI", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, make: newCCI,
		Formula: "(typical - its mean) / (0.015 * its mean deviation) of n typical prices, (high + low + close) / 3; 0 without deviation",
	},
	{
		Name: "CMO", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newCMO,
		Formula: "100 * (gain - loss) / (gain + loss), Wilder's averages of the moves up and down; 0 without moves",
	},
	{
		Name: "CMOU", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newCMOU,
		Formula: "100 * (up - down) / (up + down), the sums of the rises and of the falls of n closes from the one before; 0 without moves",
	},
	{
		Name:       "COPPOCK",
		Parameters: []Parameter{periods("average", 10), periods("first", 11), periods("second", 14)},
		Outputs:    []string{""}, ClosesOnly: true, make: newCOPPOCK,
		Formula: "the WMA(average) of ROC(first) + ROC(second)",
	},
	{
		Name: "DPO", Parameters: []Parameter{atLeast(periods("periods", 20), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newDPO,
		Formula: "close n / 2 + 1 bars ago, n / 2 rounded down, less the mean of n closes",
	},
	{
		Name: "DX", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, make: newDX,
		Formula: "100 * |PLUS_DI - MINUS_DI| / (PLUS_DI + MINUS_DI); as it was where there is no movement",
	},
	{
		Name: "ER", Parameters: []Parameter{atLeast(periods("periods", 10), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newER,
		Formula: "|close - close n bars ago| / sum of the n moves between them; 1 without moves",
	},
	{
		Name: "ERI", Parameters: []Parameter{periods("periods", 13)}, Outputs: []string{"BULL", "BEAR"}, make: newERI,
		Formula: "high and low less the EMA of n closes",
	},
	{
		Name: "FOSC", Parameters: []Parameter{atLeast(periods("periods", 5), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newFOSC,
		Formula: "100 * (close - line) / close, the line by least squares through the n closes before, one bar on from them; 0 for a close of 0",
	},
	{
		Name: "FRACTAL", Parameters: []Parameter{periods("left", 2), periods("right", 2)}, Outputs: []string{"HIGH", "LOW"}, make: newFRACTAL,
		Formula: "100 when the high (low) of right bars ago turns out above (below) those of the left bars before it and of all since, else 0",
	},
	{
		Name: "IMI", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, make: newIMI,
		Formula: "100 * up / (up + down), the sums of n closes - opens above 0 and below; 50 without any",
	},
	{
		Name:       "KDJ",
		Parameters: []Parameter{periods("raw", 9), periods("K", 3), kdjType("K type"), periods("D", 3), kdjType("D type")},
		Outputs:    []string{"K", "D", "J"}, make: newKDJ,
		Formula: "K is the average of r = 100 * (close - lowest low) / (highest high - lowest low) of raw bars, 0 without a range; D the average of K; J = 3K - 2D",
	},
	{
		Name:       "MACD",
		Parameters: []Parameter{atLeast(periods("fast", 12), 2), atLeast(periods("slow", 26), 2), periods("signal", 9)},
		Outputs:    []string{"", "SIGNAL", "HIST"}, ClosesOnly: true, make: newMACD,
		Formula: "EMA(fast) - EMA(slow); the EMA(signal) of that; their difference",
	},
	{
		Name:       "MACDEXT",
		Parameters: []Parameter{atLeast(periods("fast", 12), 2), averageType("fast type"), atLeast(periods("slow", 26), 2), averageType("slow type"), periods("signal", 9), averageType("signal type")},
		Outputs:    []string{"", "SIGNAL", "HIST"}, ClosesOnly: true, make: newMACDEXT,
		Formula: "m, the average of fast closes less that of slow ones; signal, the average of m; their difference",
	},
	{
		Name: "MACDFIX", Parameters: []Parameter{periods("signal", 9)}, Outputs: []string{"", "SIGNAL", "HIST"}, ClosesOnly: true, make: newMACDFIX,
		Formula: "m = e12 - e26, EMA of 12 and 26 closes with 0.15 and 0.075 in place of 2 / (n + 1); signal, the EMA(signal) of m; their difference",
	},
	{
		Name: "MFI", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, make: newMFI,
		Formula: "100 * up / (up + down), the sums of (high + low + close) / 3 * volume of n bars at which the former rose and fell; 0 without any",
	},
	{
		Name: "MINUS_DI", Parameters: []Parameter{periods("periods", 14)}, Outputs: []string{""}, make: newMinusDI,
		Formula: "100 * MINUS_DM / Wilder's sum of TRANGE; with 1 period without the 100",
	},
	{
		Name: "MINUS_DM", Parameters: []Parameter{periods("periods", 14)}, Outputs: []string{""}, make: newMinusDM,
		Formula: "Wilder's sum of falls of the low that are above 0 and above the rise of the high",
	},
	{
		Name: "MOM", Parameters: []Parameter{periods("periods", 10)}, Outputs: []string{""}, ClosesOnly: true, make: newMOM,
		Formula: "close - close n bars ago",
	},
	{
		Name: "PLUS_DI", Parameters: []Parameter{periods("periods", 14)}, Outputs: []string{""}, make: newPlusDI,
		Formula: "100 * PLUS_DM / Wilder's sum of TRANGE; with 1 period without the 100",
	},
	{
		Name: "PLUS_DM", Parameters: []Parameter{periods("periods", 14)}, Outputs: []string{""}, make: newPlusDM,
		Formula: "Wilder's sum of rises of the high that are above 0 and above the fall of the low",
	},
	{
		Name:       "PPO",
		Parameters: []Parameter{atLeast(periods("fast", 12), 2), atLeast(periods("slow", 26), 2), byDefault(averageType("type"), averageEMA)},
		Outputs:    []string{""}, ClosesOnly: true, make: newPPO,
		Formula: "100 * (f - s) / s, the averages of a type of the last fast and slow closes, the shorter period being fast whichever comes first; 0 where s is 0",
	},
	{
		Name: "QSTICK", Parameters: []Parameter{periods("periods", 10)}, Outputs: []string{""}, make: newQSTICK,
		Formula: "the mean of n closes - opens",
	},
	{
		Name: "ROC", Parameters: []Parameter{periods("periods", 10)}, Outputs: []string{""}, ClosesOnly: true, make: newROC,
		Formula: "(close / past - 1) * 100, past being the close n bars ago",
	},
	{
		Name: "ROCP", Parameters: []Parameter{periods("periods", 10)}, Outputs: []string{""}, ClosesOnly: true, make: newROCP,
		Formula: "(close - past) / past, past being the close n bars ago",
	},
	{
		Name: "ROCR", Parameters: []Parameter{periods("periods", 10)}, Outputs: []string{""}, ClosesOnly: true, make: newROCR,
		Formula: "close / past, past being the close n bars ago",
	},
	{
		Name: "ROCR100", Parameters: []Parameter{periods("periods", 10)}, Outputs: []string{""}, ClosesOnly: true, make: newROCR100,
		Formula: "100 * close / past, past being the close n bars ago",
	},
	{
		Name: "RSI", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newRSI,
		Formula: "100 * gain / (gain + loss), Wilder's averages of the moves up and down; 0 without moves",
	},
	{
		Name:       "SMI",
		Parameters: []Parameter{atLeast(periods("periods", 13), 2), atLeast(periods("fast", 2), 2), atLeast(periods("slow", 25), 2), atLeast(periods("signal", 9), 2)},
		Outputs:    []string{"", "SIGNAL"}, make: newSMI,
		Formula: "100 * EMA(fast) of EMA(slow) of close - middle of the n bars' range / that of half the range; the EMA(signal) of it",
	},
	{
		Name:       "STOCH",
		Parameters: []Parameter{periods("raw", 5), periods("K", 3), averageType("K type"), periods("D", 3), averageType("D type")},
		Outputs:    []string{"K", "D"}, make: newSTOCH,
		Formula: "K is the average of r = 100 * (close - lowest low) / (highest high - lowest low) of raw bars, 0 without a range; D the average of K",
	},
	{
		Name: "STOCHF", Parameters: []Parameter{periods("raw", 5), periods("D", 3), averageType("D type")}, Outputs: []string{"K", "D"}, make: newSTOCHF,
		Formula: "K = 100 * (close - lowest low) / (highest high - lowest low) of raw bars, 0 without a range; D the average of K",
	},
	{
		Name:       "STOCHRSI",
		Parameters: []Parameter{atLeast(periods("RSI", 14), 2), periods("raw", 5), periods("D", 3), averageType("D type")},
		Outputs:    []string{"K", "D"}, ClosesOnly: true, make: newSTOCHRSI,
		Formula: "K = 100 * (r - lowest) / (highest - lowest) of raw r, the RSI of closes, 0 without a range; D the average of K",
	},
	{
		Name: "TRIX", Parameters: []Parameter{periods("periods", 30)}, Outputs: []string{""}, ClosesOnly: true, make: newTRIX,
		Formula: "the change, in percent of the bar before, of EMA of EMA of EMA of closes",
	},
	{
		Name: "TSI", Parameters: []Parameter{atLeast(periods("first", 25), 2), atLeast(periods("second", 13), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newTSI,
		Formula: "100 * EMA(second) of EMA(first) of moves / that of their sizes; 0 without moves",
	},
	{
		Name: "ULTOSC", Parameters: []Parameter{periods("first", 7), periods("second", 14), periods("third", 28)}, Outputs: []string{""}, make: newULTOSC,
		Formula: "100 / 7 * (4 * b(shortest) + 2 * b(middle) + b(longest)) of the periods first, second and third, b(n) = sum(close - min(low, previous close)) / sum(TRANGE) of n bars",
	},
	{
		Name: "VHF", Parameters: []Parameter{atLeast(periods("periods", 28), 2)}, Outputs: []string{""}, ClosesOnly: true, make: newVHF,
		Formula: "highest less lowest of n closes / sum of the n moves to them; 0 without moves",
	},
	{
		Name: "VORTEX", Parameters: []Parameter{periods("periods", 14)}, Outputs: []string{"PLUS", "MINUS"}, make: newVORTEX,
		Formula: "sum(|high - previous low|), sum(|low - previous high|) / sum(true range)",
	},
	{
		Name: "WAD", Outputs: []string{""}, make: newWAD,
		Formula: "the sum of close - min(low, previous close) where it rose, close - max(high, previous close) where it fell",
	},
	{
		Name: "WILLR", Parameters: []Parameter{atLeast(periods("periods", 14), 2)}, Outputs: []string{""}, make: newWILLR,
		Formula: "-100 * (highest high - close) / (highest high - lowest low) of n bars; 0 without a range",
	},
}
