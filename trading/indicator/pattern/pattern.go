package pattern

// Pattern is one candlestick pattern.
type Pattern struct {
	// Name is TA-Lib's, without its CDL.
	Name string
	// Lookback is the number of candles before the first that can have a value.
	Lookback int
	// Penetration is the default of how far a body reaches into another, as a part
	// of it; 0: the pattern has no such parameter.
	Penetration float64
	// Text says what the pattern is.
	Text string

	match func(w *Window, penetration float64) int
}

// At gives the pattern at the newest candle of a window: 0 for none, positive for
// bullish and negative for bearish, 100 or 80 (a body's end is just at another's)
// or 200 (a confirmation). Before Lookback candles it has no meaning.
func (p *Pattern) At(w *Window, penetration float64) int { return p.match(w, penetration) }

// looks gives the lookback of a pattern of some candles that uses measures of the
// candles before them.
func looks(candles int, measures ...*measure) int {
	longest := 0
	for _, m := range measures {
		longest = max(longest, m.period)
	}
	return longest + candles - 1
}

// All lists all patterns, sorted by name.
func All() []Pattern { return append([]Pattern(nil), all...) }

var all = []Pattern{
	{"2CROWS", looks(3, bodyLong), 0, "long white; black that gaps up; black that opens in its body and closes in the first's", twoCrows},
	{"3BLACKCROWS", looks(4, shadowNone), 0, "white; three black without lower shadow, each opening in the body before, the first closing below the white's high", threeBlackCrows},
	{"3INSIDE", looks(3, bodyShort, bodyLong), 0, "harami, then a close beyond the first's open", threeInside},
	{"3LINESTRIKE", looks(4, near), 0, "three of a colour, each closing further and opening in or near the body before; one that takes all of it back", threeLineStrike},
	{"3OUTSIDE", looks(3) + 1, 0, "engulfing, then a close further on", threeOutside},
	{"3STARSINSOUTH", looks(3, bodyLong, bodyShort, shadowNone), 0, "long black with long lower shadow; smaller black with a higher low; short black marubozu within its range", threeStarsInSouth},
	{"3WHITESOLDIERS", looks(3, shadowNone, bodyShort, far, near), 0, "three white without upper shadow, each closing higher and opening in or near the body before, not far shorter than it", threeWhiteSoldiers},
	{"ABANDONEDBABY", looks(3, bodyDoji, bodyLong, bodyShort), 0.3, "long; doji a gap away; one of the other colour a gap back that closes well within the first", abandonedBaby},
	{"ADVANCEBLOCK", looks(3, shadowShort, far, near, bodyLong), 0, "three white closing higher that grow weaker: shorter bodies or longer upper shadows", advanceBlock},
	{"BELTHOLD", looks(1, bodyLong, shadowNone), 0, "long, without shadow at its open", belthold},
	{"BREAKAWAY", looks(5, bodyLong), 0, "long; a gap on; two that go on; one of the other colour that closes in the gap", breakaway},
	{"CLOSINGMARUBOZU", looks(1, bodyLong, shadowNone), 0, "long, without shadow at its close", closingMarubozu},
	{"CONCEALBABYSWALL", looks(4, shadowNone), 0, "two black marubozus; black that gaps down with an upper shadow into the body before; black that engulfs it, shadows and all", concealingBabySwallow},
	{"COUNTERATTACK", looks(2, equal, bodyLong), 0, "two long ones of different colours with the same close", counterattack},
	{"DARKCLOUDCOVER", looks(2, bodyLong), 0.5, "long white; black that opens above its high and closes deep within its body", darkCloudCover},
	{"DOJI", looks(1, bodyDoji), 0, "open and close are nearly the same", doji},
	{"DOJISTAR", looks(2, bodyDoji, bodyLong), 0, "long; doji a gap further on", dojiStar},
	{"DRAGONFLYDOJI", looks(1, bodyDoji, shadowNone), 0, "doji with a lower shadow only", dragonflyDoji},
	{"ENGULFING", looks(2) + 1, 0, "a body that holds the other colour's body before it; 80 when they share an end", engulfing},
	{"EVENINGDOJISTAR", looks(3, bodyDoji, bodyLong, bodyShort), 0.3, "long white; doji that gaps up; black that closes well within the first", eveningDojiStar},
	{"EVENINGSTAR", looks(3, bodyShort, bodyLong), 0.3, "long white; short one that gaps up; black that closes well within the first", eveningStar},
	{"GAPSIDESIDEWHITE", looks(3, near, equal), 0, "two white of near the same size and open, both a gap up or down from the one before", gapSideSideWhite},
	{"GRAVESTONEDOJI", looks(1, bodyDoji, shadowNone), 0, "doji with an upper shadow only", gravestoneDoji},
	{"HAMMER", looks(2, bodyShort, shadowNone, near), 0, "short body, long lower and no upper shadow, at or below the low before", hammer},
	{"HANGINGMAN", looks(2, bodyShort, shadowNone, near), 0, "short body, long lower and no upper shadow, at or above the high before", hangingMan},
	{"HARAMI", looks(2, bodyShort, bodyLong), 0, "long; short one within its body; 80 when they share an end", harami},
	{"HARAMICROSS", looks(2, bodyDoji, bodyLong), 0, "long; doji within its body; 80 when they share an end", haramiCross},
	{"HIGHWAVE", looks(1, bodyShort), 0, "short body with very long shadows", highWave},
	{"HIKKAKE", 5, 0, "inside candle, then one that leaves it; 200 when one of the next three closes beyond the inside one on the other side", hikkake},
	{"HIKKAKEMOD", looks(6, near), 0, "hikkake whose inside candle is inside of an inside one that closes near its end", hikkakeModified},
	{"HOMINGPIGEON", looks(2, bodyShort, bodyLong), 0, "long black; short black within its body", homingPigeon},
	{"IDENTICAL3CROWS", looks(3, shadowNone, equal), 0, "three black without lower shadow, each opening at the close before", identicalThreeCrows},
	{"INNECK", looks(2, equal, bodyLong), 0, "long black; white that opens below its low and closes at or just above its close", inNeck},
	{"INVERTEDHAMMER", looks(2, bodyShort, shadowNone), 0, "short body that gaps down, long upper and no lower shadow", invertedHammer},
	{"KICKING", looks(2, shadowNone, bodyLong), 0, "two marubozus of different colours, a gap apart against the first's colour", kicking},
	{"KICKINGBYLENGTH", looks(2, shadowNone, bodyLong), 0, "kicking, with the sign of the longer one", kickingByLength},
	{"LADDERBOTTOM", looks(5, shadowNone), 0, "three black with lower and lower opens and closes; black with an upper shadow; white that opens above its body and closes above its high", ladderBottom},
	{"LONGLEGGEDDOJI", looks(1, bodyDoji), 0, "doji with a long shadow", longLeggedDoji},
	{"LONGLINE", looks(1, bodyLong, shadowShort), 0, "long body with short shadows", longLine},
	{"MARUBOZU", looks(1, bodyLong, shadowNone), 0, "long body without shadows", marubozu},
	{"MATCHINGLOW", looks(2, equal), 0, "two black with the same close", matchingLow},
	{"MATHOLD", looks(5, bodyShort, bodyLong), 0.5, "long white; short black that gaps up; two short ones that fall, staying within the first; white that closes above them all", matHold},
	{"MORNINGDOJISTAR", looks(3, bodyDoji, bodyLong, bodyShort), 0.3, "long black; doji that gaps down; white that closes well within the first", morningDojiStar},
	{"MORNINGSTAR", looks(3, bodyShort, bodyLong), 0.3, "long black; short one that gaps down; white that closes well within the first", morningStar},
	{"ONNECK", looks(2, equal, bodyLong), 0, "long black; white that opens below its low and closes at it", onNeck},
	{"PIERCING", looks(2, bodyLong), 0, "long black; long white that opens below its low and closes above the middle of its body", piercing},
	{"RICKSHAWMAN", looks(1, bodyDoji, near), 0, "doji with long shadows, its body near the middle", rickshawMan},
	{"RISEFALL3METHODS", looks(5, bodyShort, bodyLong), 0, "long; three short ones against it within its range; long one of its colour that closes beyond it", riseFallThreeMethods},
	{"SEPARATINGLINES", looks(2, shadowNone, bodyLong, equal), 0, "two of different colours with the same open, the second long and without shadow there", separatingLines},
	{"SHOOTINGSTAR", looks(2, bodyShort, shadowNone), 0, "short body that gaps up, long upper and no lower shadow", shootingStar},
	{"SHORTLINE", looks(1, bodyShort, shadowShort), 0, "short body with short shadows", shortLine},
	{"SPINNINGTOP", looks(1, bodyShort), 0, "short body, both shadows longer than it", spinningTop},
	{"STALLEDPATTERN", looks(3, bodyLong, bodyShort, shadowNone, near), 0, "three white closing higher: long, long without upper shadow, short that opens at the end of the second", stalled},
	{"STICKSANDWICH", looks(3, equal), 0, "black; white above its close; black with the same close as the first", stickSandwich},
	{"TAKURI", looks(1, bodyDoji, shadowNone), 0, "doji with a very long lower and no upper shadow", takuri},
	{"TASUKIGAP", looks(3, near), 0, "one that gaps on; one of the other colour and near its size that opens in its body and closes in the gap", tasukiGap},
	{"THRUSTING", looks(2, equal, bodyLong), 0, "long black; white that opens below its low and closes in the lower half of its body", thrusting},
	{"TRISTAR", looks(3, bodyDoji), 0, "three doji, the middle one a gap away from the first and beyond the last", tristar},
	{"UNIQUE3RIVER", looks(3, bodyShort, bodyLong), 0, "long black; black with a higher close and a lower low; short white above that low", uniqueThreeRiver},
	{"UPSIDEGAP2CROWS", looks(3, bodyShort, bodyLong), 0, "long white; short black that gaps up; black that engulfs it and closes above the first", upsideGapTwoCrows},
	{"XSIDEGAP3METHODS", looks(3), 0, "two of a colour with a gap between; one of the other colour from the second's body into the first's", gapThreeMethods},
}
