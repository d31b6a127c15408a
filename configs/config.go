package configs

import (
	"time"

	"github.com/velox-trading/velox/trading/market"
)

// Config is every setting of a node. Fields carry their key (yaml) and what is
// allowed (range, oneof, check: see check.go); their defaults and meanings stand
// in velox.yaml, which is embedded, and in docs/configuration.md.
type Config struct {
	// Revision goes into the ids of the commands that the accounts of this
	// configuration become: raise it with every change of an account or strategy.
	Revision   int64      `yaml:"revision" range:"1.."`
	Kafka      Kafka      `yaml:"kafka"`
	Topics     Topics     `yaml:"topics"`
	Broker     Broker     `yaml:"broker"`
	Node       Node       `yaml:"node"`
	HTTP       HTTP       `yaml:"http"`
	Log        Log        `yaml:"log"`
	Processing Processing `yaml:"processing"`
	Symbols    Symbols    `yaml:"symbols"`
	Calendars  Calendars  `yaml:"calendars"`
	History    History    `yaml:"history"`
	Simulate   Simulate   `yaml:"simulate"`
	Faults     Faults     `yaml:"faults"`
	Accounts   []Account  `yaml:"accounts"`

	where      map[string]spot
	warnings   []Problem
	calendars  market.Calendars
	knownUntil map[string]market.Date
}

// Embedded tells whether the node brings its own broker, because no bootstrap
// servers are given.
func (c *Config) Embedded() bool { return len(c.Kafka.BootstrapServers) == 0 }

// Where tells which source a setting came from: "velox.yaml:12:7", "environment
// variable KAFKA_ACKS", "flag --set"; for a path that no source names, the
// nearest one above it.
func (c *Config) Where(path string) string { return nearest(c.where, path).String() }

// Warnings are what is right and may not be meant, in the order of the sources.
func (c *Config) Warnings() []Problem { return c.warnings }

// Kafka is the seed contract's settings of producer, consumer and environment,
// under its names. docs/kafka-settings.md says how the client maps those that it takes
// differently.
type Kafka struct {
	BootstrapServers    []string `yaml:"bootstrap_servers" check:"address"`
	GroupIDPrefix       string   `yaml:"group_id_prefix" check:"name"`
	AutoOffsetReset     string   `yaml:"auto_offset_reset" oneof:"latest,earliest"`
	EnableAutoCommit    bool     `yaml:"enable_auto_commit"`
	SessionTimeoutMs    int64    `yaml:"session_timeout_ms" range:"1000..1800000"`
	HeartbeatIntervalMs int64    `yaml:"heartbeat_interval_ms" range:"100..600000"`
	MaxPollRecords      int      `yaml:"max_poll_records" range:"1..1000000"`
	FetchMaxBytes       int32    `yaml:"fetch_max_bytes" range:"1024..536870912"`
	CompressionType     string   `yaml:"compression_type" oneof:"none,gzip,snappy,lz4,zstd"`
	BatchSize           int      `yaml:"batch_size" range:"0..104857600"`
	LingerMs            int64    `yaml:"linger_ms" range:"0..60000"`
	MaxInFlight         int      `yaml:"max_in_flight_requests_per_connection" range:"1..5"`
	Acks                string   `yaml:"acks" oneof:"all"`
	Retries             int      `yaml:"retries" range:"0..2147483647"`
	// TransactionTimeoutMs is when the cluster aborts a transaction that its owner
	// left open.
	TransactionTimeoutMs int64 `yaml:"transaction_timeout_ms" range:"1000..900000"`
	TLS                  TLS   `yaml:"tls"`
	SASL                 SASL  `yaml:"sasl"`
}

// TLS says how connections to Kafka are encrypted.
type TLS struct {
	Enabled bool `yaml:"enabled"`
	// CAFile holds the certificates that brokers are checked against; empty: the
	// system's. CertFile and KeyFile are what this node shows.
	CAFile     string `yaml:"ca_file"`
	CertFile   string `yaml:"cert_file"`
	KeyFile    string `yaml:"key_file"`
	ServerName string `yaml:"server_name"`
}

// SASL says how this node proves to Kafka who it is.
type SASL struct {
	Mechanism string `yaml:"mechanism" oneof:",PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER"`
	Username  string `yaml:"username"`
	Password  Secret `yaml:"password"`
	Token     Secret `yaml:"token"`
}

// Topics says which topics there are and who makes them.
type Topics struct {
	// File holds the topics in place of the shipped topics.yaml; empty: the shipped.
	File string `yaml:"file"`
	// Profile chooses one of the sets of changes that the topics' file names;
	// empty: none.
	Profile string `yaml:"profile"`
	// Apply says when run makes topics that lack.
	Apply string `yaml:"apply" oneof:"embedded,always,never"`
}

// Broker is the embedded broker, which serves when there are no bootstrap
// servers.
type Broker struct {
	Address string `yaml:"address" check:"address"`
	// DataDir keeps what is written over a restart; empty: memory only.
	DataDir string `yaml:"data_dir"`
}

// Node says what this process does in its cluster.
type Node struct {
	// Cluster names the cluster of Velox that the node is part of.
	Cluster string `yaml:"cluster" check:"id"`
	// AdoptPrefix is the prefix whose state goes over to kafka.group_id_prefix; empty:
	// none.
	AdoptPrefix string   `yaml:"adopt_prefix" check:"name"`
	Roles       []string `yaml:"roles" oneof:"symbols,accounts,feeds"`
	// StartTimeout bounds the wait for a Kafka cluster that doesn't answer at the
	// start.
	StartTimeout    time.Duration `yaml:"start_timeout" range:"1s..1h"`
	ShutdownTimeout time.Duration `yaml:"shutdown_timeout" range:"1s..1h"`
	// StatusEvery is the time between two lines on the terminal; 0s: none.
	StatusEvery time.Duration `yaml:"status_every" range:"0s..1h"`
}

// HTTP is where the node shows its metrics and health.
type HTTP struct {
	// Address is host:port; empty: nothing is shown.
	Address string `yaml:"address" check:"address"`
}

// Log is how the node writes its log.
type Log struct {
	Level  string `yaml:"level" oneof:"debug,info,warn,error"`
	Format string `yaml:"format" oneof:"text,json"`
}

// Processing is how shards work.
type Processing struct {
	Guarantee  Guarantees `yaml:"guarantee"`
	Format     string     `yaml:"format" oneof:"json,protobuf"`
	Epoch      Epoch      `yaml:"epoch"`
	Checkpoint Checkpoint `yaml:"checkpoint"`
	Restarts   Restarts   `yaml:"restarts"`
}

// Guarantees are given by kind of shard.
type Guarantees struct {
	Symbol  string `yaml:"symbol" oneof:"at_least_once,exactly_once"`
	Account string `yaml:"account" oneof:"exactly_once,at_least_once"`
}

// Epoch bounds one round of a shard: it ends when the first limit is reached or
// nothing is left to take.
type Epoch struct {
	Records int           `yaml:"records" range:"1..1000000"`
	Bytes   int           `yaml:"bytes" range:"1024..1073741824"`
	Time    time.Duration `yaml:"time" range:"1ms..10s"`
	// Idle is the longest wait for a first record.
	Idle time.Duration `yaml:"idle" range:"1ms..10s"`
	// Step bounds the time that entities take for one batch.
	Step time.Duration `yaml:"step" range:"1s..10m"`
}

// Checkpoint says when changed symbols and accounts are written.
type Checkpoint struct {
	Min    time.Duration `yaml:"min" range:"100ms..1h"`
	Max    time.Duration `yaml:"max" range:"100ms..24h"`
	Replay time.Duration `yaml:"replay" range:"10ms..10m"`
	Batch  int           `yaml:"batch" range:"1..100000"`
}

// Restarts are the restart intensities of supervision; more than Max within
// Window escalate.
type Restarts struct {
	Entity   Intensity `yaml:"entity"`
	Strategy Intensity `yaml:"strategy"`
	Shard    Intensity `yaml:"shard"`
}

// Intensity is a number of restarts within a time.
type Intensity struct {
	Max    int           `yaml:"max" range:"1..1000000"`
	Window time.Duration `yaml:"window" range:"1ms..24h"`
}

// Symbols shapes what is computed of ticks.
type Symbols struct {
	Timeframe  string   `yaml:"timeframe" check:"timeframe"`
	Periods    int      `yaml:"periods" range:"1..10000"`
	Indicators []string `yaml:"indicators" check:"indicator"`
	// Emit says which ticks give an update.
	Emit Emit `yaml:"emit"`
	// CloseGrace is the event time after a candle's end at which it closes.
	CloseGrace time.Duration `yaml:"close_grace" range:"0s..1h"`
	// Amend is how long after its closing a late tick may change a candle; 0s: never.
	Amend time.Duration `yaml:"amend" range:"0s..5m"`
	// SourceSilence is how long a source must be silent before another is followed.
	SourceSilence time.Duration `yaml:"source_silence" range:"1s..24h"`
	// MaxAhead is how far a tick may be ahead of its record's timestamp.
	MaxAhead time.Duration `yaml:"max_ahead" range:"1s..24h"`
	// IdleClose is the wall time without a tick in a partition after which its
	// clocks move on by themselves; 0s: never.
	IdleClose time.Duration `yaml:"idle_close" range:"0s..24h"`
}

// History is where past candles come from when a symbol or a timeframe is new.
type History struct {
	// Directory holds CSV files of ticks or candles; empty: there is no history.
	Directory string `yaml:"directory"`
	// Lookback is how far before the present files are read.
	Lookback time.Duration `yaml:"lookback" range:"1h..87600h"`
	// Timeout bounds one symbol's reading.
	Timeout time.Duration `yaml:"timeout" range:"1s..1h"`
}

// Simulate is the simulated market.
type Simulate struct {
	Enabled bool `yaml:"enabled"`
	// Symbols is their number, Hours the past that is written first.
	Symbols        int     `yaml:"symbols" range:"1..100000"`
	Hours          float64 `yaml:"hours" range:"0..240"`
	Seed           int64   `yaml:"seed"`
	TicksPerSecond float64 `yaml:"ticks_per_second" range:"0.001..1000000"`
	Exchange       string  `yaml:"exchange" check:"name"`
	// NameByExchange names symbols {symbol}.{exchange}.
	NameByExchange bool `yaml:"name_by_exchange"`
}

// Faults are injected failures, for tests of a cluster only.
type Faults struct {
	// Enabled arms Rules when the node starts.
	Enabled bool `yaml:"enabled"`
	// Admin lets whoever reaches the HTTP pages arm rules while the node runs.
	Admin bool        `yaml:"admin"`
	Seed  int64       `yaml:"seed"`
	Rules []FaultRule `yaml:"rules"`
}

// FaultRule injects one sort of failure at one point.
type FaultRule struct {
	Point string `yaml:"point" oneof:"open,restore,fetch,decode,receive,step,commit,produce,end transaction,venue call,feed read"`
	// Match names the shard, symbol, account or strategy, or is a pattern of its name, as
	// FaultPoints tell; empty: all.
	Match  string `yaml:"match"`
	Action string `yaml:"action" oneof:"panic,error,delay,drop,hang"`
	// Nth strikes once, at the nth time; 0: by probability.
	Nth         int64   `yaml:"nth" range:"0.."`
	Probability float64 `yaml:"probability" range:"0..1"`
	// Limit is the most strikes of a rule with a probability; 0: no limit.
	Limit int64         `yaml:"limit" range:"0.."`
	Delay time.Duration `yaml:"delay" range:"0s..1h"`
}
