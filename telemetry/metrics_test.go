package telemetry

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// touchAll gives every labelled metric one series, so that Gather shows it.
func touchAll(m *Metrics) {
	for _, f := range []*Family{
		m.Orders, m.Positions, m.Restarts, m.DeadLetters, m.LateTicks, m.Amended, m.PassedOn, m.Repeats, m.Epochs,
		m.Quarantined, m.Withheld, m.LostRecords, m.ExternalSeen, m.VenueCalls, m.Timers, m.Checkpointed,
	} {
		f.Add("x", 1)
	}
	m.Alerts.Add("DAILY_LOSS/CRITICAL", 1)
	m.Commits.Add("symbol/committed", 1)
	m.Produced("t", 1)
	m.ProducerError("t", "TIMEOUT")
	m.Consumed("t", "g", 1)
	m.SetLag("t", "g", 0, 1)
	m.SetShards("symbol", 1)
	m.Restored("symbol", time.Second)
	m.Committed("symbol", time.Second)
}

func gather(t *testing.T, reg *prometheus.Registry) map[string]*dto.MetricFamily {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]*dto.MetricFamily, len(families))
	for _, f := range families {
		out[f.GetName()] = f
	}
	return out
}

func labelNames(f *dto.MetricFamily) string {
	var names []string
	for _, l := range f.GetMetric()[0].GetLabel() {
		names = append(names, l.GetName())
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}

func TestSeedMetricsHaveTheirNamesTypesAndLabels(t *testing.T) {
	reg := prometheus.NewRegistry()
	m := NewMetrics(reg)
	touchAll(m)
	got := gather(t, reg)
	for name, want := range map[string]struct {
		kind   dto.MetricType
		labels string
	}{
		"kafka_messages_produced_total": {dto.MetricType_COUNTER, "topic"},
		"kafka_produce_latency_seconds": {dto.MetricType_HISTOGRAM, ""},
		"kafka_producer_errors_total":   {dto.MetricType_COUNTER, "error_type,topic"},
		"kafka_messages_consumed_total": {dto.MetricType_COUNTER, "group,topic"},
		"kafka_consume_latency_seconds": {dto.MetricType_HISTOGRAM, ""},
		"kafka_consumer_lag":            {dto.MetricType_GAUGE, "group,partition,topic"},
	} {
		f := got[name]
		if f == nil {
			t.Errorf("%s is missing", name)
			continue
		}
		if f.GetType() != want.kind || labelNames(f) != want.labels {
			t.Errorf("%s is a %s with labels %q, want %s with %q", name, f.GetType(), labelNames(f), want.kind, want.labels)
		}
	}
}

// TestDocsListEveryMetric holds docs/metrics.md to the code: each row of its
// tables is | `name` | type | labels | meaning |.
func TestDocsListEveryMetric(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (\\w+) \\|([^|]*)\\|")
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		labels := regexp.MustCompile(`[a-z_]+`).FindAllString(m[3], -1)
		slices.Sort(labels)
		documented[m[1]] = m[2] + " " + strings.Join(labels, ",")
	}
	reg := prometheus.NewRegistry()
	touchAll(NewMetrics(reg))
	for name, f := range gather(t, reg) {
		want := strings.ToLower(f.GetType().String()) + " " + labelNames(f)
		if documented[name] != want {
			t.Errorf("docs/metrics.md says %q of %s, the code has %q", documented[name], name, want)
		}
		delete(documented, name)
	}
	for name := range documented {
		t.Errorf("docs/metrics.md lists %s, which no code has", name)
	}
}

func counterValue(t *testing.T, c prometheus.Counter) float64 {
	t.Helper()
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}

func TestFamilySplitsAndBoundsItsSeries(t *testing.T) {
	reg := prometheus.NewRegistry()
	f := newFamily(reg, "things_total", "Things", "kind", "result")
	f.Add("a/b", 2)
	f.Add("a/b/c", 1) // all but the first part is the last label's
	f.Add("a", 1)
	f.Add("a/b", 0)
	f.Add("a/b", -3)
	if got := counterValue(t, f.vec.WithLabelValues("a", "b")); got != 2 {
		t.Errorf("a/b counts %v, want 2", got)
	}
	if got := counterValue(t, f.vec.WithLabelValues("a", "b/c")); got != 1 {
		t.Errorf("a/b/c counts %v, want 1", got)
	}
	if got := counterValue(t, f.vec.WithLabelValues("a", "")); got != 1 {
		t.Errorf("a counts %v, want 1", got)
	}
	f.Add("bad\xff", 1)
	for i := range maxSeries + 50 {
		f.Add(time.Duration(i).String(), 1)
	}
	series := len(gather(t, reg)["things_total"].GetMetric())
	if series > maxSeries+1 {
		t.Errorf("%d series, want at most %d", series, maxSeries+1)
	}
	total := 0.0
	for _, m := range gather(t, reg)["things_total"].GetMetric() {
		total += m.GetCounter().GetValue()
	}
	if want := float64(5 + maxSeries + 50); total != want {
		t.Errorf("all series count %v, want %v: nothing may be lost beyond the bound", total, want)
	}
}

func TestFamilyFromManyGoroutines(t *testing.T) {
	f := newFamily(prometheus.NewRegistry(), "things_total", "Things", "kind")
	kinds := []string{"a", "b", "c", "d"}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 1000 {
				f.Add(kinds[i%len(kinds)], 1)
			}
		})
	}
	wg.Wait()
	for _, k := range kinds {
		if got := counterValue(t, f.With(k)); got != 1000 {
			t.Errorf("%s counts %v, want 1000", k, got)
		}
	}
}

func TestCountingDoesNotAllocate(t *testing.T) {
	m := NewMetrics(prometheus.NewRegistry())
	m.Orders.Add("PLACED", 1)
	for name, count := range map[string]func(){
		"a family": func() { m.Orders.Add("PLACED", 1) },
		"ticks":    func() { m.Ticks.Add(1) },
		"latency":  func() { m.TickToUpdate(time.Millisecond) },
		"produced": func() { m.Produced("order-events", 3) },
	} {
		if name == "produced" {
			count()
		}
		if n := testing.AllocsPerRun(100, count); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestLag(t *testing.T) {
	reg := prometheus.NewRegistry()
	m := NewMetrics(reg)
	m.SetLag("market-data-ticks", "g", 3, 42)
	m.SetLag("market-data-ticks", "g", 3, -1) // a watermark read before the position
	if got := gather(t, reg)["kafka_consumer_lag"].GetMetric()[0].GetGauge().GetValue(); got != 0 {
		t.Errorf("lag is %v, want 0", got)
	}
	m.ForgetLag("market-data-ticks", "g", 3)
	if f := gather(t, reg)["kafka_consumer_lag"]; f != nil {
		t.Errorf("a forgotten partition still shows: %v", f)
	}
	m.SetLag("market-data-ticks", "g", 3, 7)
	if got := gather(t, reg)["kafka_consumer_lag"].GetMetric()[0].GetGauge().GetValue(); got != 7 {
		t.Errorf("a partition that came back has lag %v, want 7", got)
	}
}

func TestNewRegistryHasRuntimeFacts(t *testing.T) {
	got := gather(t, NewRegistry())
	if got["go_goroutines"] == nil || got["process_start_time_seconds"] == nil {
		t.Errorf("no runtime or process metrics among %d families", len(got))
	}
}

func BenchmarkFamilyAdd(b *testing.B) {
	f := newFamily(prometheus.NewRegistry(), "things_total", "Things", "kind")
	b.ReportAllocs()
	for b.Loop() {
		f.Add("symbol", 1)
	}
}
