package kafka

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// baseOptions are those of every client.
//
// AlwaysRetryEOF: a broker that is killed closes connections at their first
// write, which kgo otherwise takes for a sign of wrong TLS or SASL settings and
// gives up. MetadataMinAge: how soon a moved leader may be found; the default of
// 5 s would be most of a failover; so would kgo's back-off of up to 2.5 s, and a
// shorter one needs more retries to last as long (RetryTimeout bounds them).
func (c *Config) baseOptions() ([]kgo.Opt, error) {
	id := c.ClientID
	if id == "" {
		id = "velox"
	}
	opts := []kgo.Opt{
		kgo.SeedBrokers(c.BootstrapServers...),
		kgo.ClientID(id),
		kgo.AlwaysRetryEOF(),
		kgo.DisableClientMetrics(),
		kgo.MetadataMinAge(250 * time.Millisecond),
		kgo.DialTimeout(5 * time.Second),
		kgo.RetryBackoffFn(backoff),
		kgo.RequestRetries(100),
	}
	if c.Logger != nil {
		opts = append(opts, kgo.WithLogger(clientLogger{c.Logger}))
	}
	security, err := c.securityOptions()
	if err != nil {
		return nil, fmt.Errorf("kafka settings: %w", err)
	}
	return append(opts, security...), nil
}

// backoff doubles from 50 ms to 500 ms, with jitter so that clients that lost
// the same broker don't return together.
func backoff(failures int) time.Duration {
	wait := 500 * time.Millisecond
	if failures < 4 {
		wait = 50 * time.Millisecond << max(0, failures-1)
	}
	return wait/2 + rand.N(wait/2)
}

// newClient makes a client from the base options and more.
func (c *Config) newClient(more ...kgo.Opt) (*kgo.Client, error) {
	opts, err := c.baseOptions()
	if err != nil {
		return nil, err
	}
	return kgo.NewClient(append(opts, more...)...)
}

// producerOptions are those of every producer. Retries stay unlimited and there
// is no delivery timeout: a record that is given up after it was sent may or may
// not be in the log, and the one after it would be written without it.
func (c *Config) producerOptions(limits *sizeLimits) []kgo.Opt {
	return []kgo.Opt{
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.RecordPartitioner(partitioner()),
		kgo.ProducerBatchCompression(c.codec()...),
		kgo.ProducerLinger(time.Duration(c.LingerMs) * time.Millisecond),
		kgo.ProducerBatchMaxBytesFn(limits.forClient),
		// About 8 s at the back-off below: a topic that was just made is known
		// everywhere by then.
		kgo.UnknownTopicRetries(20),
	}
}

func (c *Config) codec() []kgo.CompressionCodec {
	switch c.CompressionType {
	case "gzip":
		return []kgo.CompressionCodec{kgo.GzipCompression()}
	case "snappy":
		return []kgo.CompressionCodec{kgo.SnappyCompression()}
	case "lz4":
		return []kgo.CompressionCodec{kgo.Lz4Compression()}
	case "zstd":
		return []kgo.CompressionCodec{kgo.ZstdCompression()}
	}
	return []kgo.CompressionCodec{kgo.NoCompression()}
}

// maxFetchBytes is the most that fetch_max_bytes may be: an answer may hold a batch more
// than was asked for, and kgo reads none above 1 GiB.
const maxFetchBytes = 512 << 20

// maxBatchBytes is the most that one batch may hold uncompressed, unless fetch_max_bytes
// is more. A batch of 1 MiB, what topics take by default, holds 20 to 30 MiB of JSON at
// the best compression; one of empty records may hold a GiB, and then take ten times
// that. 64 MiB of those take 0.9 GiB (measured: 120 bytes for each of 9).
const maxBatchBytes = 64 << 20

// readerOptions are those of every direct consumer. Control records are kept
// because they are what tells that a position has moved over the end of a
// transaction; a position outside the log is an error of the partition, never
// a silent jump.
func (c *Config) readerOptions(from map[string]map[int32]kgo.Offset) []kgo.Opt {
	return []kgo.Opt{
		kgo.ConsumePartitions(from),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(),
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.FetchMaxBytes(c.FetchMaxBytes),
		kgo.MaxDecompressBatchBytes(int(max(maxBatchBytes, c.FetchMaxBytes))),
		kgo.BrokerMaxReadBytes(max(100<<20, 2*c.FetchMaxBytes)), // kgo's default, in the proportion of its defaults
		kgo.FetchMaxPartitionBytes(min(c.FetchMaxBytes, 4<<20)),
	}
}

// clientLogger hands kgo's messages to slog. kgo's "info" is written for people
// who debug kgo, so it counts as debug here.
type clientLogger struct{ to *slog.Logger }

func (l clientLogger) Level() kgo.LogLevel {
	ctx := context.Background()
	switch {
	case l.to.Enabled(ctx, slog.LevelDebug):
		return kgo.LogLevelInfo
	case l.to.Enabled(ctx, slog.LevelWarn):
		return kgo.LogLevelWarn
	case l.to.Enabled(ctx, slog.LevelError):
		return kgo.LogLevelError
	}
	return kgo.LogLevelNone
}

func (l clientLogger) Log(level kgo.LogLevel, msg string, keyvals ...any) {
	to := slog.LevelDebug
	switch level {
	case kgo.LogLevelError:
		to = slog.LevelError
	case kgo.LogLevelWarn:
		to = slog.LevelWarn
	}
	l.to.Log(context.Background(), to, "kafka client: "+msg, keyvals...)
}
