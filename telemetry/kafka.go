package telemetry

import (
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// kafkaMetrics are the six metrics of the seed contract, under its names and
// labels.
type kafkaMetrics struct {
	produced       *Family
	producerErrors *Family
	consumed       *Family
	produceLatency prometheus.Histogram
	consumeLatency prometheus.Histogram
	lag            *prometheus.GaugeVec
	lags           sync.Map // lagKey -> prometheus.Gauge
}

type lagKey struct {
	topic, group string
	partition    int32
}

func newKafkaMetrics(reg prometheus.Registerer) *kafkaMetrics {
	k := &kafkaMetrics{
		produced:       newFamily(reg, "kafka_messages_produced_total", "Total messages produced", "topic"),
		producerErrors: newFamily(reg, "kafka_producer_errors_total", "Producer errors", "topic", "error_type"),
		consumed:       newFamily(reg, "kafka_messages_consumed_total", "Total messages consumed", "topic", "group"),
		produceLatency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "kafka_produce_latency_seconds", Help: "Message production latency", Buckets: latencyBuckets,
		}),
		consumeLatency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "kafka_consume_latency_seconds", Help: "Message consumption latency", Buckets: latencyBuckets,
		}),
		lag: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "kafka_consumer_lag", Help: "Consumer lag",
		}, []string{"topic", "group", "partition"}),
	}
	reg.MustRegister(k.produceLatency, k.consumeLatency, k.lag)
	return k
}

// Produced counts n acknowledged messages of a topic.
func (m *Metrics) Produced(topic string, n int) { m.kafka.produced.Add(topic, n) }

// ProducedCounter gives the counter behind Produced for one topic, for callers
// that count it often.
func (m *Metrics) ProducedCounter(topic string) prometheus.Counter {
	return m.kafka.produced.With(topic)
}

// ProduceLatency measures one message from being handed to the producer to its
// acknowledgement.
func (m *Metrics) ProduceLatency(d time.Duration) { m.kafka.produceLatency.Observe(notNegative(d)) }

// ProducerError counts a message that was refused. errorType is a short fixed
// word such as the broker's error name, never a message with values in it, for
// each new word is a new series.
func (m *Metrics) ProducerError(topic, errorType string) {
	m.kafka.producerErrors.Add(topic+"/"+errorType, 1)
}

// Consumed counts n messages of a topic that a group has taken in.
func (m *Metrics) Consumed(topic, group string, n int) { m.kafka.consumed.Add(topic+"/"+group, n) }

// ConsumedCounter gives the counter behind Consumed for one topic and group.
func (m *Metrics) ConsumedCounter(topic, group string) prometheus.Counter {
	return m.kafka.consumed.With(topic + "/" + group)
}

// ConsumeLatency measures one message or batch from the fetch to its end of
// processing.
func (m *Metrics) ConsumeLatency(d time.Duration) { m.kafka.consumeLatency.Observe(notNegative(d)) }

// SetLag says how many records of a partition the group has not taken in yet.
func (m *Metrics) SetLag(topic, group string, partition int32, records int64) {
	key := lagKey{topic, group, partition}
	g, ok := m.kafka.lags.Load(key)
	if !ok {
		g, _ = m.kafka.lags.LoadOrStore(key, m.kafka.lag.WithLabelValues(topic, group, strconv.Itoa(int(partition))))
	}
	g.(prometheus.Gauge).Set(float64(max(records, 0)))
}

// ForgetLag removes a partition that has left this node, so that its last value
// does not stand there for ever.
func (m *Metrics) ForgetLag(topic, group string, partition int32) {
	m.kafka.lags.Delete(lagKey{topic, group, partition})
	m.kafka.lag.DeleteLabelValues(topic, group, strconv.Itoa(int(partition)))
}
