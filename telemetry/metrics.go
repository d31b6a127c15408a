package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics is everything that a node counts and measures. Fields without labels
// are plain counters; a Family takes its labels' values joined with "/". All of
// it is safe for concurrent use and cheap enough for the hot path. Names, labels
// and meanings are listed in docs/metrics.md, which a test compares with this.
type Metrics struct {
	// The seed's, by methods: see kafka.go.
	kafka *kafkaMetrics

	Ticks           prometheus.Counter
	Updates         prometheus.Counter
	Signals         prometheus.Counter
	Decisions       prometheus.Counter
	OffSessionTicks prometheus.Counter
	OtherSource     prometheus.Counter
	HistoryCandles  prometheus.Counter
	HistoryErrors   prometheus.Counter

	Orders       *Family // event
	Positions    *Family // event
	Alerts       *Family // type/severity
	Restarts     *Family // actor
	DeadLetters  *Family // reason
	LateTicks    *Family // timeframe
	Amended      *Family // timeframe
	PassedOn     *Family // topic
	Repeats      *Family // what
	Epochs       *Family // kind
	Commits      *Family // kind/result
	Quarantined  *Family // actor
	Withheld     *Family // what/reason
	LostRecords  *Family // topic
	ExternalSeen *Family // topic
	VenueCalls   *Family // result
	Timers       *Family // kind
	Checkpointed *Family // kind

	shards       *prometheus.GaugeVec
	restore      *prometheus.HistogramVec
	commit       *prometheus.HistogramVec
	tickToUpdate prometheus.Histogram
	tickToOrder  prometheus.Histogram
}

// latencyBuckets reach from 0.25 ms, below the linger of a producer, to about
// 32 s, beyond which an order is useless.
var latencyBuckets = prometheus.ExponentialBuckets(0.00025, 2, 18)

// NewRegistry gives a registry of its own, not the global one, with the facts of
// the Go runtime and of the process in it.
func NewRegistry() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return reg
}

// NewMetrics registers all metrics of a node at reg. It panics when reg has one
// of their names already, so make it once a registry.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{kafka: newKafkaMetrics(reg)}
	m.registerCounters(reg)
	m.registerFamilies(reg)
	m.registerMeasures(reg)
	registerBuildInfo(reg)
	return m
}

func (m *Metrics) registerCounters(reg prometheus.Registerer) {
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
		reg.MustRegister(c)
		return c
	}
	m.Ticks = counter("velox_ticks_total", "Ticks taken in by symbols of this node")
	m.Updates = counter("velox_updates_total", "Indicator updates written")
	m.Signals = counter("velox_signals_total", "Strategy signals written")
	m.Decisions = counter("velox_entry_decisions_total", "Times that a strategy's entry rules were asked for a symbol")
	m.OffSessionTicks = counter("velox_off_session_ticks_total", "Ticks outside of their exchange's session: last price only")
	m.OtherSource = counter("velox_other_source_ticks_total", "Ticks of a source that their symbol does not follow, left out")
	m.HistoryCandles = counter("velox_history_candles_total", "Past candles loaded before a symbol was followed")
	m.HistoryErrors = counter("velox_history_errors_total", "Files of history that were left out, and readings that failed")
}

func (m *Metrics) registerFamilies(reg prometheus.Registerer) {
	m.Orders = newFamily(reg, "velox_orders_total", "Order events written", "event")
	m.Positions = newFamily(reg, "velox_positions_total", "Position updates written", "event")
	m.Alerts = newFamily(reg, "velox_alerts_total", "Risk alerts written", "type", "severity")
	m.Restarts = newFamily(reg, "velox_restarts_total", "Restarts by supervision", "actor")
	m.DeadLetters = newFamily(reg, "velox_dead_letters_total", "Records written to the dead letters", "reason")
	m.LateTicks = newFamily(reg, "velox_late_ticks_total", "Ticks of a candle that was closed already", "timeframe")
	m.Amended = newFamily(reg, "velox_amended_candles_total", "Closed candles that late ticks changed and that were published again", "timeframe")
	m.PassedOn = newFamily(reg, "velox_passed_on_total", "Records copied to the partition that is their key's home", "topic")
	m.Repeats = newFamily(reg, "velox_repeats_dropped_total", "Repeated updates, commands and signals dropped", "what")
	m.Epochs = newFamily(reg, "velox_epochs_total", "Rounds of shards that took something in", "kind")
	m.Commits = newFamily(reg, "velox_commits_total", "Transactions of shards", "kind", "result")
	m.Quarantined = newFamily(reg, "velox_quarantined_total", "Strategies stopped, or records skipped, after a second failure on one input", "actor")
	m.Withheld = newFamily(reg, "velox_signals_withheld_total", "Signals that strategies did not give though their rules were true, or could not be told", "what", "reason")
	m.LostRecords = newFamily(reg, "velox_lost_records_total", "Records deleted from the log before they were taken in", "topic")
	m.ExternalSeen = newFamily(reg, "velox_external_records_total", "Records of others that change no state, shown and counted", "topic")
	m.VenueCalls = newFamily(reg, "velox_venue_calls_total", "Calls to venues", "result")
	m.Timers = newFamily(reg, "velox_timers_total", "Steps caused by a shard's own timer", "kind")
	m.Checkpointed = newFamily(reg, "velox_checkpointed_total", "Symbols and accounts whose state was written", "kind")
}

func (m *Metrics) registerMeasures(reg prometheus.Registerer) {
	m.shards = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "velox_shards", Help: "Shards that run on this node",
	}, []string{"kind"})
	// Restores read a whole state partition: 10 ms to about 160 s.
	m.restore = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "velox_restore_seconds", Help: "Time from opening a shard to its first new input",
		Buckets: prometheus.ExponentialBuckets(0.01, 2, 15),
	}, []string{"kind"})
	m.commit = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "velox_commit_seconds", Help: "Duration of a shard's transaction", Buckets: latencyBuckets,
	}, []string{"kind"})
	m.tickToUpdate = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "velox_tick_to_update_seconds",
		Help:    "From the log's timestamp of a tick to its update being handed to the producer",
		Buckets: latencyBuckets,
	})
	m.tickToOrder = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "velox_tick_to_order_seconds",
		Help:    "From the log's timestamp of a tick to the commit of the order that it caused",
		Buckets: latencyBuckets,
	})
	reg.MustRegister(m.shards, m.restore, m.commit, m.tickToUpdate, m.tickToOrder)
}

// SetShards says how many shards of a kind ("symbol", "account") run here.
func (m *Metrics) SetShards(kind string, n int) { m.shards.WithLabelValues(kind).Set(float64(n)) }

// AddShards changes the number of shards of a kind by n, which may be negative.
func (m *Metrics) AddShards(kind string, n int) { m.shards.WithLabelValues(kind).Add(float64(n)) }

// Restored measures one restore of a kind of shard.
func (m *Metrics) Restored(kind string, d time.Duration) {
	m.restore.WithLabelValues(kind).Observe(d.Seconds())
}

// Committed measures one transaction of a kind of shard.
func (m *Metrics) Committed(kind string, d time.Duration) {
	m.commit.WithLabelValues(kind).Observe(d.Seconds())
}

// TickToUpdate measures the way of one tick to its update. Clocks of two
// machines may differ: a negative duration counts as 0.
func (m *Metrics) TickToUpdate(d time.Duration) { m.tickToUpdate.Observe(notNegative(d)) }

// TickToOrder measures the way of one tick to an order that it caused; negative
// durations count as 0.
func (m *Metrics) TickToOrder(d time.Duration) { m.tickToOrder.Observe(notNegative(d)) }

func notNegative(d time.Duration) float64 { return max(d, 0).Seconds() }
