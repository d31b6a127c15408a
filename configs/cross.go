package configs

import (
	"fmt"
	"slices"
)

// crossChecks are the rules that look at more than one setting.
func (c *checker) crossChecks(cfg *Config) {
	c.kafkaRules(&cfg.Kafka)
	p := &cfg.Processing
	if p.Checkpoint.Max < p.Checkpoint.Min {
		c.report("processing.checkpoint.max", p.Checkpoint.Max.String(),
			fmt.Sprintf("want at least processing.checkpoint.min, which is %s", p.Checkpoint.Min))
	}
	if p.Epoch.Records < cfg.Kafka.MaxPollRecords {
		c.report("processing.epoch.records", fmt.Sprint(p.Epoch.Records),
			fmt.Sprintf("want at least kafka.max_poll_records, which is %d: an epoch takes whole polls", cfg.Kafka.MaxPollRecords))
	}
	if len(cfg.Node.Roles) == 0 {
		c.report("node.roles", "", "want at least one of symbols, accounts, feeds")
	}
	if cfg.Simulate.Enabled && !slices.Contains(cfg.Node.Roles, "feeds") {
		c.report("simulate.enabled", "true", "want the role feeds in node.roles for it, or false")
	}
	if cfg.Faults.Admin && cfg.HTTP.Address == "" {
		c.report("faults.admin", "true", "want http.address for it, or false")
	}
	c.faults(&cfg.Faults)
}

func (c *checker) kafkaRules(k *Kafka) {
	if k.GroupIDPrefix == "" {
		c.report("kafka.group_id_prefix", "", "must not be empty: it begins the names of groups and transactional ids")
	}
	if k.EnableAutoCommit {
		c.report("kafka.enable_auto_commit", "true",
			"want false: Velox commits offsets together with the state that they belong to, never by a timer")
	}
	if 3*k.HeartbeatIntervalMs > k.SessionTimeoutMs {
		c.report("kafka.heartbeat_interval_ms", fmt.Sprint(k.HeartbeatIntervalMs),
			fmt.Sprintf("want at most a third of kafka.session_timeout_ms, which is %d: one lost heartbeat must not cost a node its shards", k.SessionTimeoutMs))
	}
	c.security(k)
}

func (c *checker) security(k *Kafka) {
	if !k.TLS.Enabled && k.TLS != (TLS{}) {
		c.report("kafka.tls.enabled", "false", "want true, for other settings of kafka.tls are given")
	}
	if (k.TLS.CertFile == "") != (k.TLS.KeyFile == "") {
		c.report("kafka.tls.cert_file", k.TLS.CertFile, "want both kafka.tls.cert_file and kafka.tls.key_file, or neither")
	}
	switch s := k.SASL; s.Mechanism {
	case "":
		if s != (SASL{}) {
			c.report("kafka.sasl.mechanism", "", "must be given, for other settings of kafka.sasl are")
		}
	case "OAUTHBEARER":
		if s.Token == "" {
			c.report("kafka.sasl.token", "", "must be given for OAUTHBEARER: set KAFKA_SASL_TOKEN or KAFKA_SASL_TOKEN_FILE")
		}
	default:
		if s.Username == "" {
			c.report("kafka.sasl.username", "", "must be given for "+s.Mechanism)
		}
		if s.Password == "" {
			c.report("kafka.sasl.password", "", "must be given for "+s.Mechanism+": set KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE")
		}
	}
	if !k.TLS.Enabled && (k.SASL.Mechanism == "PLAIN" || k.SASL.Mechanism == "OAUTHBEARER") {
		c.report("kafka.sasl.mechanism", k.SASL.Mechanism, "sends the secret as it is: want kafka.tls.enabled true with it")
	}
}
