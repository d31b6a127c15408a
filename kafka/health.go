package kafka

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Health is the wire contract's answer about a cluster. Healthy ones have
// brokers and topics, others an error.
type Health struct {
	Status string // "healthy" or "unhealthy"
	// Brokers and Topics count what the cluster has, internal topics not counted.
	Brokers, Topics int
	// Timestamp is the wall clock in seconds.
	Timestamp float64
	Error     string
}

// Healthy tells whether the cluster answered.
func (h Health) Healthy() bool { return h.Status == "healthy" }

// MarshalJSON writes status, brokers, topics and timestamp, or status, error and
// timestamp.
func (h Health) MarshalJSON() ([]byte, error) {
	if h.Healthy() {
		return json.Marshal(struct {
			Status    string  `json:"status"`
			Brokers   int     `json:"brokers"`
			Topics    int     `json:"topics"`
			Timestamp float64 `json:"timestamp"`
		}{h.Status, h.Brokers, h.Topics, h.Timestamp})
	}
	return json.Marshal(struct {
		Status    string  `json:"status"`
		Error     string  `json:"error"`
		Timestamp float64 `json:"timestamp"`
	}{h.Status, h.Error, h.Timestamp})
}

// Health asks the cluster how it is, until ctx ends. A cluster with a
// partition that has no leader is unhealthy: some records can't be written.
func (a *Admin) Health(ctx context.Context) Health {
	h := Health{Timestamp: float64(time.Now().UnixMilli()) / 1000}
	err := func() error {
		m, err := a.admin.Metadata(ctx)
		if err != nil {
			return fmt.Errorf("no broker of %v answers: %w", a.servers, err)
		}
		if len(m.Brokers) == 0 {
			return errors.New("the cluster has no brokers")
		}
		h.Brokers = len(m.Brokers)
		for _, t := range m.Topics.Sorted() {
			if t.IsInternal {
				continue
			}
			h.Topics++
			for _, p := range t.Partitions.Sorted() {
				if p.Leader < 0 {
					return fmt.Errorf("partition %s/%d has no leader", t.Topic, p.Partition)
				}
			}
		}
		return nil
	}()
	if err != nil {
		h.Status, h.Error = "unhealthy", err.Error()
		return h
	}
	h.Status = "healthy"
	return h
}
