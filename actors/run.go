package actors

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/velox-trading/velox/messages"
)

// run opens the shard, restores it and works through epochs until the context
// ends (nothing more is committed) or the shard is asked to drain.
func (s *shard) run(ctx context.Context) error {
	defer s.kind.close()
	if err := s.open(ctx); err != nil {
		if errors.Is(err, errLetGo) {
			s.config.Observer.ShardState(s.id, "stopped", nil)
			return nil
		}
		s.noteFenced(err)
		return err
	}
	defer s.log.Close()
	// A write that waits for room in a log that takes none ends with the log alone.
	defer context.AfterFunc(ctx, s.log.Close)()
	close(s.opened)
	s.config.Observer.ShardState(s.id, "running", nil)
	for {
		if s.isDraining() {
			s.config.Observer.ShardState(s.id, "draining", nil)
			err := s.checkpoint(ctx)
			if err == nil {
				s.config.Observer.ShardState(s.id, "stopped", nil)
			}
			s.noteFenced(err)
			return err
		}
		if err := s.epoch(ctx); err != nil {
			s.noteFenced(err)
			return err
		}
	}
}

func (s *shard) isDraining() bool { return closed(s.draining) }

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (s *shard) noteFenced(err error) {
	if errors.Is(err, messages.ErrFenced) {
		s.memory.setFenced(true)
	}
}

// epoch takes in what there is and commits what came out.
func (s *shard) epoch(ctx context.Context) error {
	ep := s.newEpoch()
	records, err := s.collect(ctx, ep)
	if err != nil {
		return s.readError(err)
	}
	if len(records) > 0 {
		s.lastActivity = ep.start
		s.config.Observer.Time(TimeConsume, "", s.config.Clock.Now().Sub(ep.start))
	}
	if err := s.takeIn(ctx, ep, records); err != nil {
		return err
	}
	if err := s.finish(ctx, ep); err != nil {
		return err
	}
	if ep.reread || ep.redirected {
		if err := s.readAll(); err != nil {
			return err
		}
	}
	return s.afterEpoch(ctx)
}

// takeIn routes and steps what was collected, and what came from outside.
func (s *shard) takeIn(ctx context.Context, ep *epoch, records []*messages.Record) error {
	class, name := -1, s.id.String()
	for i, r := range records {
		if c := s.kind.class(r); c != class || s.kind.follows(r) {
			if class >= 0 {
				if err := s.step(ctx, ep); err != nil {
					return err
				}
			}
			if ep.reread {
				s.giveBack(ep, records[i:])
				break
			}
			class = c
		}
		if err := s.config.Fault.at("decode", name); err != nil {
			return fmt.Errorf("shard %s: decode %s/%d/%d: %w", name, r.Topic, r.Partition, r.Offset, err)
		}
		ep.consumed[r.Topic]++
		s.kind.route(ep, r)
	}
	if err := s.step(ctx, ep); err != nil {
		return err
	}
	if s.catchUp == nil { // before, nothing may change what comes out
		for range len(s.inbox) {
			s.kind.external(ep, <-s.inbox)
		}
		if len(records) == 0 && !s.replaying {
			s.kind.idle(ep, ep.start)
		}
	}
	return s.step(ctx, ep)
}

// giveBack leaves records for the next epoch, which reads them again.
func (s *shard) giveBack(ep *epoch, rest []*messages.Record) {
	for i := len(rest) - 1; i >= 0; i-- {
		tp := rest[i].TopicPartition()
		if s.isCache(tp.Topic) {
			s.cached[tp] = rest[i].Offset
		} else {
			ep.next[tp] = rest[i].Offset
		}
	}
}

// readError explains a failed read. A position outside of the log is mended by
// the restart: restore counts the loss and goes on at the log's start.
func (s *shard) readError(err error) error {
	return fmt.Errorf("shard %s: read: %w", s.id, err)
}

// external hands something from another goroutine to the shard: a venue's reply
// or history. It waits when the inbox is full, and gives up with the shard.
func (s *shard) external(ctx context.Context, item any) {
	select {
	case s.inbox <- item:
		s.wake()
	case <-ctx.Done():
	}
}

// wake cuts a poll short that waits for records.
func (s *shard) wake() {
	s.wakeMu.Lock()
	defer s.wakeMu.Unlock()
	if s.wakePoll != nil {
		s.wakePoll()
	}
}

// afterEpoch ends the replay when it has caught up, and answers those who asked
// for readiness.
func (s *shard) afterEpoch(ctx context.Context) error {
	if s.replaying && s.reached(s.committed) {
		s.endReplay()
	}
	if s.catchUp != nil && s.reached(s.catchUp) {
		s.catchUp = nil
		if err := s.readAll(); err != nil {
			return err
		}
	}
	s.answerAsks()
	return nil
}

// reached tells whether the shard has taken in everything below target.
func (s *shard) reached(target frontier) bool { return s.frontier.reached(target) }

// ends gives the high watermarks of the inputs that pick chooses.
func (s *shard) ends(ctx context.Context, pick func(inputTopic) bool) (frontier, error) {
	ranges, err := s.log.Offsets(ctx, s.picked(pick)...)
	if err != nil {
		return nil, fmt.Errorf("shard %s: offsets: %w", s.id, err)
	}
	return endsOf(ranges), nil
}

// picked lists the partitions of the inputs that pick chooses.
func (s *shard) picked(pick func(inputTopic) bool) []messages.TopicPartition {
	var tps []messages.TopicPartition
	for _, t := range s.kind.topics() {
		if pick(t) {
			tps = append(tps, s.partitions(t)...)
		}
	}
	return tps
}

func endsOf(ranges map[messages.TopicPartition]messages.OffsetRange) frontier {
	f := make(frontier, len(ranges))
	for tp, r := range ranges {
		f[tp] = r.End
	}
	return f
}

// partitions lists the partitions of an input topic that the shard reads.
func (s *shard) partitions(t inputTopic) []messages.TopicPartition {
	if t.partition >= 0 {
		return []messages.TopicPartition{{Topic: t.topic, Partition: t.partition}}
	}
	tps := make([]messages.TopicPartition, s.counts[t.topic])
	for p := range tps {
		tps[p] = messages.TopicPartition{Topic: t.topic, Partition: int32(p)}
	}
	return tps
}

// readAll points the log at every input, from the frontier, save those that wait.
func (s *shard) readAll() error {
	var inputs []messages.Input
	for _, t := range s.kind.topics() {
		if t.later && s.catchUp != nil || t.waits && s.held != nil {
			continue
		}
		for _, tp := range s.partitions(t) {
			from := s.frontier[tp]
			if t.cache {
				from = s.cached[tp]
			}
			inputs = append(inputs, messages.Input{TopicPartition: tp, From: from, Wants: s.kind.wants(tp)})
		}
	}
	if err := s.log.Read(inputs); err != nil {
		return fmt.Errorf("shard %s: read: %w", s.id, err)
	}
	return nil
}

const never = int64(1<<63 - 1)

// since gives the time since t, or 0 when t is not set.
func (s *shard) since(t time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return s.config.Clock.Now().Sub(t)
}
