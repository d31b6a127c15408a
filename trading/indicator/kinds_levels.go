package indicator

// levelKinds are prices that a session is traded by; TA-Lib has none of them.
var levelKinds = []Kind{
	{
		Name:       "OPENRANGE",
		Parameters: []Parameter{{Name: "minutes", Default: 15, Min: 1, Max: 1440, Whole: true}},
		Outputs:    []string{"HIGH", "LOW"}, make: newOPENRANGE, own: true,
		Formula: "the highest high and the lowest low of the bars that start in the session's first minutes; no value before the first bar after them",
	},
	{
		Name: "PIVOTS", Outputs: []string{"P", "R1", "R2", "R3", "S1", "S2", "S3"}, make: newPIVOTS, own: true,
		Formula: "of the previous session's high H, low L, close C: P = (H + L + C) / 3; R1 = 2P - L; R2 = P + H - L; R3 = H + 2(P - L); " +
			"S1 = 2P - H; S2 = P - (H - L); S3 = L - 2(H - P)",
	},
	{
		Name: "PIVOTS_CAMARILLA", Outputs: []string{"P", "R1", "R2", "R3", "R4", "S1", "S2", "S3", "S4"}, make: newCamarillaPivots, own: true,
		Formula: "of the previous session's high H, low L, close C: P = (H + L + C) / 3; R1 to R4 and S1 to S4 are C + and - (H - L) * 1.1 / 12, / 6, / 4, / 2",
	},
	{
		Name: "PIVOTS_FIB", Outputs: []string{"P", "R1", "R2", "R3", "S1", "S2", "S3"}, make: newFibonacciPivots, own: true,
		Formula: "of the previous session's high H, low L, close C: P = (H + L + C) / 3; R1 to R3 and S1 to S3 are P + and - (H - L) * 0.382, 0.618 and 1",
	},
}
