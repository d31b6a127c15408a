package engine

import (
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/verify"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/sim/check"
)

// TestVerifyAfterAChange: nodes that were started again with other settings of symbols
// break no promise; what their settings of before have made is left out by name.
func TestVerifyAfterAChange(t *testing.T) {
	c, n, file, overrides := tradedOn(t, onEmbedded)
	stopNode(t, n)
	changed := again(t, c, file, overrides, "symbols.timeframe=10s", "symbols.close_grace=2s", "symbols.max_ahead=1s", "processing.guarantee.symbol=exactly_once")
	r := verified(t, changed, nil)
	if !r.OK || !leftOutForSettings(r) {
		t.Error("before the nodes run with the new settings")
	}
	readyNode(t, changed)
	ticks := filepath.Join(t.TempDir(), "more.csv")
	err := SimulateFile(t.Context(), changed, SimulateOptions{
		File: ticks, Symbols: []string{"AURORA", "COBALT"}, Exchange: "SIM", FromMs: 1_704_153_600_000, Days: 1, Seed: 2, TicksPerSecond: 0.005, Out: io.Discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := Replay(t.Context(), changed, ReplayOptions{Files: []string{ticks}, Out: io.Discard, Progress: io.Discard, Logger: discard()}); err != nil {
		t.Fatal(err)
	}
	r = verified(t, changed, func(v *verify.Config) { v.Settled, v.Settling = true, time.Minute })
	if !r.OK || !leftOutForSettings(r) {
		t.Error("when they have run")
	}
	for _, r := range committed(t, changed, messages.TopicUpdates) {
		once := !slices.ContainsFunc(r.Headers, func(h kgo.RecordHeader) bool { return h.Key == messages.HeaderOpening })
		if of := string(r.Key); of == "BASALT" && once || of == "COBALT" && !once {
			t.Fatalf("%s/%d/%d, of %s: written exactly once is %v", r.Topic, r.Partition, r.Offset, of, once)
		}
	}
}

// again gives the configuration of nodes that are started again on a cluster, with other
// settings.
func again(t *testing.T, was *configs.Config, file string, overrides []string, changed ...string) *configs.Config {
	t.Helper()
	all := append(slices.Clone(overrides), "http.address=", "node.status_every=0s", "kafka.bootstrap_servers="+strings.Join(was.Kafka.BootstrapServers, ","))
	return onTopics(t, file, append(all, changed...))
}

func leftOutForSettings(r *verify.Report) bool {
	i := slices.IndexFunc(r.Results, func(r *check.Result) bool { return r.Check == "candles" })
	return slices.ContainsFunc(r.Results[i].Notes, func(n string) bool {
		return strings.HasPrefix(n, "left out: updates that are left may be made with other settings")
	})
}

// TestVerifyTellsItsCost: more memory than there is is warned of, and what takes less is
// named.
func TestVerifyTellsItsCost(t *testing.T) {
	for _, c := range []struct {
		cost      verify.Cost
		noCandles bool
		want      string
		not       string
	}{
		{verify.Cost{Records: 1000, Bytes: 1_600_000, Memory: 1 << 34}, false, `level=INFO msg="verify: up to 1000 records, about 1 MB of memory"`, "WARN"},
		{verify.Cost{Records: 1e8, Bytes: 160e9}, false, `level=INFO msg="verify: up to 100000000 records, about 160.0 GB of memory"`, "WARN"},
		{verify.Cost{Records: 1e8, Bytes: 160e9, Memory: 16e9}, false, "level=WARN msg=\"verify: up to 100000000 records, about 160.0 GB of memory, and there is 16.0 GB: it may end for lack of it; --no-candles takes less", "INFO"},
		{verify.Cost{Records: 1e8, Bytes: 60e9, Memory: 16e9}, true, "about 60.0 GB of memory, and there is 16.0 GB", "--no-candles"},
	} {
		var out strings.Builder
		tellCost(c.cost, c.noCandles, slog.New(slog.NewTextHandler(&out, nil)))
		if got := out.String(); !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
			t.Errorf("%+v: %s", c.cost, got)
		}
	}
}

// TestVerifyKnowsItsCostBefore: what is expected is told before anything is read, and is
// not less than what is read.
func TestVerifyKnowsItsCostBefore(t *testing.T) {
	c, n, _, _ := tradedOn(t, onEmbedded)
	stopNode(t, n)
	var told []verify.Cost
	r := verified(t, c, func(v *verify.Config) {
		v.Expect = func(c verify.Cost) { told = append(told, c) }
		v.Progress = func(verify.Progress) {
			if len(told) == 0 {
				t.Error("nothing is told before it reads")
			}
		}
	})
	inputs := 0
	for topic := range map[string]bool{messages.TopicTicks: true, messages.TopicUpdates: true} {
		inputs += len(committed(t, c, topic))
	}
	if len(told) != 1 || told[0].Records < int64(inputs) || told[0].Records > 2*int64(r.Records) || told[0].Bytes == 0 {
		t.Errorf("%d ticks and updates are there, %d records were read; told %+v", inputs, r.Records, told)
	}
}

// TestVerifyTimeframes: candles of hours, of a week and of a month that end while ticks
// come are what verify says they are.
func TestVerifyTimeframes(t *testing.T) {
	for _, timeframe := range []string{"5hour", "1week", "1month"} {
		c := onEmbedded(t, "", "symbols.timeframe="+timeframe, "processing.checkpoint.min=200ms", "processing.checkpoint.max=500ms")
		ticks := filepath.Join(t.TempDir(), "ticks.csv")
		err := SimulateFile(t.Context(), c, SimulateOptions{
			File: ticks, Symbols: []string{"AURORA", "BASALT"}, Exchange: "SIM", FromMs: 1_703_980_800_000, Days: 2, Seed: 1, TicksPerSecond: 0.005, Out: io.Discard, // over the end of a week and month
		})
		if err != nil {
			t.Fatal(err)
		}
		readyNode(t, c)
		if err := Replay(t.Context(), c, ReplayOptions{Files: []string{ticks}, Out: io.Discard, Progress: io.Discard, Logger: discard()}); err != nil {
			t.Fatal(err)
		}
		r := verified(t, c, func(v *verify.Config) { v.Settled = true })
		i := slices.IndexFunc(r.Results, func(r *check.Result) bool { return r.Check == "candles" })
		if !r.OK || r.Results[i].Looked < 500 || len(r.Results[i].Notes) > 0 {
			t.Errorf("candles of %s", timeframe)
		}
		closed := 0
		for _, u := range committed(t, c, messages.TopicUpdates) {
			if slices.ContainsFunc(u.Headers, func(h kgo.RecordHeader) bool { return h.Key == messages.HeaderTold }) {
				closed++
			}
		}
		if closed < 2 {
			t.Errorf("%d candles of %s have closed", closed, timeframe)
		}
	}
}
