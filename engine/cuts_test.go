//go:build !race

package engine

// cuts are limits at which epochs and polls end elsewhere than by default.
var cuts = map[string]map[string]string{
	"small":  {"processing.epoch.records": "50", "kafka.max_poll_records": "17"},
	"uneven": {"processing.epoch.time": "1ms", "kafka.max_poll_records": "311", "processing.format": "protobuf"},
}
