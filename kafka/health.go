package kafka

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
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

// Health asks the cluster how it is, until ctx ends. A cluster where a partition of one
// of the topics has no leader is unhealthy: some records can't be written. What is amiss
// with others' topics is nothing to who asks.
func (a *Admin) Health(ctx context.Context, topics ...string) Health {
	h := Health{Timestamp: float64(time.Now().UnixMilli()) / 1000}
	err := func() error {
		m, err := a.metadata(ctx, nil)
		if err != nil {
			return fmt.Errorf("no broker of %v answers: %w", a.servers, err)
		}
		if len(m.Brokers) == 0 {
			return errors.New("the cluster has no brokers")
		}
		h.Brokers = len(m.Brokers)
		for _, t := range m.Topics {
			if t.IsInternal || t.Topic == nil {
				continue
			}
			h.Topics++
			if !slices.Contains(topics, *t.Topic) {
				continue
			}
			for _, p := range t.Partitions {
				if p.Leader < 0 {
					return fmt.Errorf("partition %s/%d has no leader", *t.Topic, p.Partition)
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

// metadata asks a broker, for the topics named, or all if topics is nil. kadm's
// answers come from a cache, which that of brokers alone never leaves.
func (a *Admin) metadata(ctx context.Context, topics []string) (*kmsg.MetadataResponse, error) {
	ask := kmsg.NewPtrMetadataRequest()
	if topics != nil {
		ask.Topics = []kmsg.MetadataRequestTopic{}
	}
	for _, name := range topics {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = &name
		ask.Topics = append(ask.Topics, t)
	}
	return ask.RequestWith(ctx, a.client)
}
