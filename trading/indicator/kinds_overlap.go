package indicator

// overlapKinds are what is drawn over prices: averages, bands and stops.
var overlapKinds = append(averageKinds, []Kind{
	{
		Name:       "BBANDS",
		Parameters: []Parameter{atLeast(periods("periods", 20), 2), {Name: "deviations", Default: 2, Min: 0.001, Max: 100}},
		Outputs:    []string{"UPPER", "MIDDLE", "LOWER"}, make: newBBANDS,
		Formula: "the mean of n closes; as many population deviations above and below it",
	},
}...)
