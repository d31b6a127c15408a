package engine

import (
	"log/slog"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/telemetry"
	"github.com/velox-trading/velox/trading/market"
)

// kafkaSettings gives the settings of the Kafka client.
func kafkaSettings(c *configs.Config, bootstrap []string, logger *slog.Logger) kafka.Config {
	k, s := kafka.DefaultConfig(), c.Kafka
	k.BootstrapServers, k.GroupIDPrefix, k.AutoOffsetReset = bootstrap, s.GroupIDPrefix, s.AutoOffsetReset
	k.EnableAutoCommit, k.SessionTimeoutMs, k.HeartbeatIntervalMs = s.EnableAutoCommit, s.SessionTimeoutMs, s.HeartbeatIntervalMs
	k.MaxPollRecords, k.FetchMaxBytes, k.CompressionType = s.MaxPollRecords, s.FetchMaxBytes, s.CompressionType
	k.BatchSize, k.LingerMs, k.MaxInFlight = s.BatchSize, s.LingerMs, s.MaxInFlight
	k.Acks, k.Retries, k.TransactionTimeoutMs = s.Acks, s.Retries, s.TransactionTimeoutMs
	k.TLS = kafka.TLS(s.TLS)
	k.SASL = kafka.SASL{
		Mechanism: s.SASL.Mechanism, Username: s.SASL.Username, Password: string(s.SASL.Password), Token: string(s.SASL.Token),
	}
	if logger != nil {
		k.Logger = telemetry.Quiet(logger, 10*time.Second)
	}
	return k
}

// shardSettings gives the settings of the shards, without the ports.
func shardSettings(c *configs.Config) (actors.Config, error) {
	tf, err := market.ParseTimeframe(c.Symbols.Timeframe)
	if err != nil {
		return actors.Config{}, exit(ExitSettings, "symbols.timeframe: %w", err)
	}
	p := c.Processing
	return actors.Config{
		Prefix: c.Kafka.GroupIDPrefix, AdoptPrefix: c.Node.AdoptPrefix, Protobuf: p.Format == "protobuf",
		Guarantees: map[messages.ShardKind]actors.Guarantee{
			messages.SymbolShard:  actors.Guarantee(p.Guarantee.Symbol),
			messages.AccountShard: actors.Guarantee(p.Guarantee.Account),
		},
		Earliest: c.Kafka.AutoOffsetReset == "earliest",
		Limits: actors.EpochLimits{
			PollRecords: c.Kafka.MaxPollRecords, Records: p.Epoch.Records, Bytes: p.Epoch.Bytes,
			Time: p.Epoch.Time, Idle: p.Epoch.Idle, Step: p.Epoch.Step,
		},
		Checkpoint: actors.Checkpoints{
			Min: p.Checkpoint.Min, Max: p.Checkpoint.Max, Replay: p.Checkpoint.Replay, Batch: p.Checkpoint.Batch,
		},
		EntityRestarts:   restarts(p.Restarts.Entity),
		StrategyRestarts: restarts(p.Restarts.Strategy),
		ShardRestarts:    restarts(p.Restarts.Shard),
		Symbols: actors.SymbolSettings{
			Timeframe: tf, Periods: c.Symbols.Periods, Indicators: c.Symbols.Indicators,
			Grace: c.Symbols.CloseGrace, Silence: c.Symbols.SourceSilence, MaxAhead: c.Symbols.MaxAhead,
			IdleClose: c.Symbols.IdleClose, Emit: actors.EmitMode(c.Symbols.Emit.Mode), EmitEvery: c.Symbols.Emit.Every,
			Calendars: c.MarketCalendars(), Amend: c.Symbols.Amend,
		},
	}, nil
}

func restarts(i configs.Intensity) actors.Restarts {
	return actors.Restarts{Max: i.Max, Window: i.Window}
}

// Names of the groups, after the prefix.
const (
	groupTicks     = "-market-data-group"
	groupAccounts  = "-accounts-group"
	groupIndicator = "-indicator-group"
	groupSignal    = "-signal-group"
)
