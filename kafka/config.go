package kafka

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"
)

// Config is how a node talks to its Kafka cluster: the producer, consumer and
// environment settings of the wire contract under their names, what Velox adds
// to them, and hooks. It is a plain value, read-only after Open.
// docs/kafka-settings.md says what becomes of each setting.
type Config struct {
	// BootstrapServers are host:port addresses of brokers; at least one.
	BootstrapServers []string `yaml:"bootstrap_servers"`
	// GroupIDPrefix begins the names of consumer groups and transactional ids. It is
	// the same on all nodes that share a Kafka cluster: topics don't bear it, so it does
	// not part two clusters of Velox, and shards refuse another one than their state's.
	GroupIDPrefix string `yaml:"group_id_prefix"`
	// AutoOffsetReset is "latest" or "earliest". The log port starts where it is
	// told to; shards resolve this once, when they have no frontier yet.
	AutoOffsetReset string `yaml:"auto_offset_reset"`
	// EnableAutoCommit must be false.
	EnableAutoCommit    bool   `yaml:"enable_auto_commit"`
	SessionTimeoutMs    int64  `yaml:"session_timeout_ms"`
	HeartbeatIntervalMs int64  `yaml:"heartbeat_interval_ms"`
	MaxPollRecords      int    `yaml:"max_poll_records"`
	FetchMaxBytes       int32  `yaml:"fetch_max_bytes"`
	CompressionType     string `yaml:"compression_type"`
	BatchSize           int    `yaml:"batch_size"`
	LingerMs            int64  `yaml:"linger_ms"`
	MaxInFlight         int    `yaml:"max_in_flight_requests_per_connection"`
	Acks                string `yaml:"acks"`
	Retries             int    `yaml:"retries"`
	// TransactionTimeoutMs is when the cluster aborts a transaction that its
	// owner left open, if no new owner has done so before. A commit that takes
	// longer is fenced. The broker's transaction.max.timeout.ms bounds it.
	TransactionTimeoutMs int64 `yaml:"transaction_timeout_ms"`

	TLS  TLS  `yaml:"tls"`
	SASL SASL `yaml:"sasl"`

	// SharedTopics are read once a node and handed to every shard that wants a
	// record's key; all others are read by each shard for itself. AllTopics is
	// all of them.
	SharedTopics []string `yaml:"-"`
	// ClientID is shown in the brokers' logs; default "velox".
	ClientID string `yaml:"-"`
	// Logger takes what the clients have to say; nil: nothing.
	Logger *slog.Logger `yaml:"-"`
	// Observer is told what was produced; nil: nobody.
	Observer Observer `yaml:"-"`
	// Fault is asked at the points named Fault...; nil: faults are off.
	Fault Fault `yaml:"-"`
	// Dial replaces the connection to brokers (tests, proxies); nil: TCP, with
	// TLS as configured. A Dial of its own does its own TLS.
	Dial func(ctx context.Context, network, address string) (net.Conn, error) `yaml:"-"`
}

// Observer is told what the shards' producers do. It must not block and must be
// safe for concurrent use.
type Observer interface {
	// Produced counts acknowledged records. Those of a commit count once it is
	// committed.
	Produced(topic string, n int)
	// ProduceLatency is the time from handing over a record to its
	// acknowledgement, once a commit and once a flush.
	ProduceLatency(d time.Duration)
	// ProducerError counts records that were refused; errorType is the broker's
	// name for it, such as MESSAGE_TOO_LARGE, or "client".
	ProducerError(topic, errorType string)
}

// Fault is asked before the named step of a shard; an error makes the step
// fail, a call that blocks makes it hang. detail is the shard ("account/3").
type Fault func(point, detail string) error

// The points at which Config.Fault is asked.
const (
	// FaultOpen is before a shard fences its earlier owners.
	FaultOpen = "open"
	// FaultFetch is before each poll.
	FaultFetch = "fetch"
	// FaultProduce is before the first record of a commit is written, and before
	// records are emitted.
	FaultProduce = "produce"
	// FaultEnd is between the last record of a commit and the request that
	// commits the transaction: a hang here leaves it open.
	FaultEnd = "end transaction"
)

// DefaultConfig gives the wire contract's defaults, for a cluster on localhost.
func DefaultConfig() Config {
	return Config{
		BootstrapServers:     []string{"localhost:9092"},
		GroupIDPrefix:        "velox-trading",
		AutoOffsetReset:      "latest",
		SessionTimeoutMs:     30_000,
		HeartbeatIntervalMs:  3_000,
		MaxPollRecords:       1_000,
		FetchMaxBytes:        52_428_800,
		CompressionType:      "lz4",
		BatchSize:            16_384,
		LingerMs:             5,
		MaxInFlight:          5,
		Acks:                 "all",
		Retries:              3,
		TransactionTimeoutMs: 30_000,
	}
}

// FieldError is one wrong setting.
type FieldError struct {
	// Field is the setting's path, such as "tls.ca_file".
	Field string
	// Problem says what is wrong and what is allowed.
	Problem string
}

func (e FieldError) Error() string { return e.Field + ": " + e.Problem }

// Validate gives everything that is wrong with c, in the order of its fields;
// nil when it may be used.
func (c *Config) Validate() []FieldError {
	var bad []FieldError
	report := func(field, format string, args ...any) {
		bad = append(bad, FieldError{field, fmt.Sprintf(format, args...)})
	}
	within := func(field string, value, low, high int64) {
		if value < low || value > high {
			report(field, "%d: want %d to %d", value, low, high)
		}
	}
	oneOf := func(field, value string, allowed ...string) {
		if !slices.Contains(allowed, value) {
			report(field, "%q: want %s", value, strings.Join(allowed, ", "))
		}
	}
	if len(c.BootstrapServers) == 0 {
		report("bootstrap_servers", "want at least one host:port")
	}
	for _, s := range c.BootstrapServers {
		if _, _, err := net.SplitHostPort(s); err != nil {
			report("bootstrap_servers", "%q: want host:port", s)
		}
	}
	if c.GroupIDPrefix == "" {
		report("group_id_prefix", "must not be empty: it begins the names of groups and transactional ids")
	}
	oneOf("auto_offset_reset", c.AutoOffsetReset, "latest", "earliest")
	if c.EnableAutoCommit {
		report("enable_auto_commit", "want false: offsets are committed with the state that they belong to")
	}
	within("session_timeout_ms", c.SessionTimeoutMs, 1_000, 1_800_000)
	within("heartbeat_interval_ms", c.HeartbeatIntervalMs, 100, max(100, c.SessionTimeoutMs/3))
	within("max_poll_records", int64(c.MaxPollRecords), 1, 1_000_000)
	within("fetch_max_bytes", int64(c.FetchMaxBytes), 1_024, maxFetchBytes)
	oneOf("compression_type", c.CompressionType, "none", "gzip", "snappy", "lz4", "zstd")
	within("batch_size", int64(c.BatchSize), 0, 104_857_600)
	within("linger_ms", c.LingerMs, 0, 60_000)
	within("max_in_flight_requests_per_connection", int64(c.MaxInFlight), 1, 5)
	oneOf("acks", c.Acks, "all")
	within("retries", int64(c.Retries), 0, 1<<31-1)
	within("transaction_timeout_ms", c.TransactionTimeoutMs, 1_000, 900_000)
	return append(append(bad, c.TLS.validate()...), c.SASL.validate(c.TLS.Enabled)...)
}

// firstError turns Validate's findings into one error, for Open.
func (c *Config) firstError() error {
	bad := c.Validate()
	if len(bad) == 0 {
		return nil
	}
	texts := make([]string, len(bad))
	for i, b := range bad {
		texts[i] = b.Error()
	}
	return fmt.Errorf("kafka settings: %s", strings.Join(texts, "; "))
}

// TransactionalID names the transactional producer of a shard: every owner of
// the shard uses the same one, which is what fences the earlier ones.
func (c *Config) TransactionalID(kind string, partition int32) string {
	return fmt.Sprintf("%s-%s-%d", c.GroupIDPrefix, kind, partition)
}
