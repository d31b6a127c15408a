//go:build race

package engine

// cuts is the one that is most uneven: under the race detector a backtest of recorded ticks
// takes half a minute.
var cuts = map[string]map[string]string{
	"uneven": {"processing.epoch.time": "1ms", "kafka.max_poll_records": "311", "processing.format": "protobuf"},
}
