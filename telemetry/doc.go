// Package telemetry is how a node shows what it does: metrics for Prometheus,
// health checks with their HTTP handlers, structured logs and build facts. It
// knows nothing of Kafka clients or actors: those declare the few methods that
// they need, and the engine joins the two.
package telemetry
