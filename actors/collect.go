package actors

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/velox-trading/velox/messages"
)

// collect polls until an epoch's limits are reached or nothing is left. What was held
// back, and needn't be any more, is an epoch of its own: together with it, the limits
// might not hold.
func (s *shard) collect(ctx context.Context, ep *epoch) ([]*messages.Record, error) {
	if records := s.release(ep); len(records) > 0 {
		return records, nil
	}
	var records []*messages.Record
	wait := s.config.Limits.Idle
	for {
		b, err := s.poll(ctx, s.room(records), wait)
		if err != nil {
			return nil, err
		}
		if len(records) == 0 && len(b.Records) > 0 {
			ep.start = s.config.Clock.Now()
		}
		records = append(records, s.taken(ep, b)...)
		if len(b.Records) == 0 || s.full(ep, records) {
			break
		}
		wait = 0
	}
	return s.kind.prepare(ctx, ep, records)
}

// room gives how many records the next poll may bring.
func (s *shard) room(records []*messages.Record) int {
	return min(s.config.Limits.PollRecords, s.config.Limits.Records-len(records))
}

// full tells whether an epoch takes no more.
func (s *shard) full(ep *epoch, records []*messages.Record) bool {
	return !s.fits(ep, records) || s.config.Clock.Now().Sub(ep.start) >= s.config.Limits.Time
}

// fits tells whether the next poll's records keep within an epoch's size.
func (s *shard) fits(ep *epoch, records []*messages.Record) bool {
	return len(records) < s.config.Limits.Records && ep.bytes < s.config.Limits.Bytes
}

// taken notes how far a poll went and gives its records.
func (s *shard) taken(ep *epoch, b messages.Batch) []*messages.Record {
	for tp, next := range b.Next {
		if s.isCache(tp.Topic) {
			s.cached[tp] = next
		} else {
			ep.next[tp] = next
		}
	}
	for _, r := range b.Records {
		ep.bytes += len(r.Value)
	}
	return b.Records
}

func (s *shard) isCache(topic string) bool { return s.topic(topic).cache }

// poll reads from the log; it is cut short when something arrives in the inbox, when
// somebody asks for readiness, and when the shard is to let go.
func (s *shard) poll(ctx context.Context, limit int, wait time.Duration) (messages.Batch, error) {
	pollCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.setWake(cancel) // before looking: what comes after the look cuts the poll short
	defer s.setWake(nil)
	if (len(s.inbox) > 0 && s.catchUp == nil) || len(s.asks) > 0 || s.isDraining() {
		wait = 0
	}
	b, err := s.log.Poll(pollCtx, limit, wait)
	if err != nil && ctx.Err() == nil && errors.Is(err, context.Canceled) {
		return messages.Batch{}, nil
	}
	return b, err
}

func (s *shard) setWake(cancel context.CancelFunc) {
	s.wakeMu.Lock()
	defer s.wakeMu.Unlock()
	s.wakePoll = cancel
}

// topic gives what the kind says of one of its inputs.
func (s *shard) topic(name string) inputTopic {
	inputs := s.kind.topics()
	if i := slices.IndexFunc(inputs, func(t inputTopic) bool { return t.topic == name }); i >= 0 {
		return inputs[i]
	}
	return inputTopic{}
}
