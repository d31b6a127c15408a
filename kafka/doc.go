// Package kafka is Velox's side of a Kafka cluster: the log port of package
// messages on franz-go (readers, fenced transactional shard producers, state
// topics), the consumer groups that place shards, the topics and their
// settings, cluster health, and an embedded broker for development. It knows
// nothing of actors.
//
// docs/kafka-settings.md lists every setting of the wire contract with what the
// client does with it.
package kafka
