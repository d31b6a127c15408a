package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/velox-trading/velox/messages"
)

// defaultBatchMax is what a topic is taken to accept when its settings can't be
// read: the broker's default max.message.bytes is 1 MiB + 12.
const defaultBatchMax = 1 << 20

// sizeLimits knows the max.message.bytes of topics. kgo refuses what is larger
// before it is sent, so that a refusal names one record and no other record of
// its batch is lost with it.
type sizeLimits struct {
	admin *kadm.Client
	mu    sync.RWMutex
	max   map[string]int32
	// unread are the topics whose settings this node may not read.
	unread map[string]bool
}

func newSizeLimits(admin *kadm.Client) *sizeLimits {
	return &sizeLimits{admin: admin, max: make(map[string]int32), unread: make(map[string]bool)}
}

// lengthPrefix is what kgo counts to a batch and brokers don't: the length that
// stands before it in a request.
const lengthPrefix = 4

// forClient is kgo's question about a batch; it must not block.
func (l *sizeLimits) forClient(topic string) int32 { return l.batchMax(topic) + lengthPrefix }

// batchMax is what a topic takes, as far as it is known.
func (l *sizeLimits) batchMax(topic string) int32 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if n, ok := l.max[topic]; ok {
		return n
	}
	return defaultBatchMax
}

// fits finds the first record that its topic does not take; nil: all fit. Limits that are
// not known are read before; those that something is too large for are read again, for
// they may have been raised.
func (l *sizeLimits) fits(ctx context.Context, records []messages.Out) (*messages.TooLargeError, error) {
	if err := l.read(ctx, l.unknown(records)); err != nil {
		return nil, err
	}
	large := l.tooLarge(records)
	if large == nil {
		return nil, nil
	}
	if err := l.read(ctx, topicsOf(records)); err != nil {
		return nil, err
	}
	return l.tooLarge(records), nil
}

// blame finds which of the records that brokers have refused, batch by batch, is too
// large for its topic by itself; nil: none is, and smaller batches will do. The limits are
// read again, for somebody has lowered one. It is the client that makes batches by a limit
// of before, maybe long after another shard's client has met the lower one. Where limits
// can't be read, the largest record is taken to be the one: without that, one too large
// would be written and refused for ever.
func (l *sizeLimits) blame(ctx context.Context, refused []messages.Out) (*messages.TooLargeError, error) {
	if err := l.read(ctx, topicsOf(refused)); err != nil {
		return nil, err
	}
	large := l.tooLarge(refused)
	if large != nil {
		return large, nil
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for i := range refused {
		if n := refused[i].BatchBytes(); l.unread[refused[i].Topic] && (large == nil || n > large.Bytes) {
			large = &messages.TooLargeError{Index: i, Topic: refused[i].Topic, Bytes: n}
		}
	}
	return large, nil
}

// tooLarge finds the first record that its topic does not take, as far as is known.
func (l *sizeLimits) tooLarge(records []messages.Out) *messages.TooLargeError {
	for i := range records {
		if n := records[i].BatchBytes(); n > int(l.batchMax(records[i].Topic)) {
			return &messages.TooLargeError{Index: i, Topic: records[i].Topic, Bytes: n}
		}
	}
	return nil
}

// unknown gives the records' topics whose limits are not known yet.
func (l *sizeLimits) unknown(records []messages.Out) []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var ask []string
	for i := range records {
		topic := records[i].Topic
		if _, ok := l.max[topic]; !ok && !slices.Contains(ask, topic) {
			ask = append(ask, topic)
		}
	}
	return ask
}

func topicsOf(records []messages.Out) []string {
	var topics []string
	for i := range records {
		if !slices.Contains(topics, records[i].Topic) {
			topics = append(topics, records[i].Topic)
		}
	}
	return topics
}

// read reads the limits of topics. What was known of a topic stays until there is an
// answer: others make their batches by it. Topics whose settings this node may not read
// have the default; only a cluster that does not answer is an error.
func (l *sizeLimits) read(ctx context.Context, topics []string) error {
	if len(topics) == 0 {
		return nil
	}
	var configs kadm.ResourceConfigs
	err := patiently(ctx, func() (err error) {
		configs, err = l.admin.DescribeTopicConfigs(ctx, topics...)
		return err
	})
	_, refused := errors.AsType[*kadm.AuthError](err)
	if err != nil && !refused {
		return fmt.Errorf("settings of topics %v: %w", topics, err)
	}
	if refused && len(topics) > 1 { // nothing tells which
		for i := range topics {
			if err := l.read(ctx, topics[i:i+1]); err != nil {
				return err
			}
		}
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, topic := range topics {
		rc, missing := configs.On(topic, nil)
		err := cmp.Or(err, missing, rc.Err)
		if errors.Is(err, kerr.UnknownTopicOrPartition) {
			continue // it may come
		}
		_, known := l.max[topic]
		l.unread[topic] = err != nil
		if err == nil || !known {
			l.max[topic] = limitOf(rc)
		}
	}
	return nil
}

func limitOf(rc kadm.ResourceConfig) int32 {
	for _, c := range rc.Configs {
		if c.Key != "max.message.bytes" || c.Value == nil {
			continue
		}
		// kgo takes 512 to 1 GiB, prefix included.
		if n, err := strconv.ParseInt(*c.Value, 10, 32); err == nil {
			return int32(min(max(n, 512), 1<<30-lengthPrefix))
		}
	}
	return defaultBatchMax
}
