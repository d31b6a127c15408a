package indicator

var volumeKinds = []Kind{
	{
		Name: "VWAP", Outputs: []string{""}, make: newVWAP,
		Formula: "sum((high + low + close) / 3 * volume) / sum(volume) since the session's start",
	},
}
