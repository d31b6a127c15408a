package actors

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/velox-trading/velox/messages"
)

// loss is a part of an input that was deleted before the shard took it in.
type loss struct {
	tp    messages.TopicPartition
	from  int64
	start int64
}

// startCaches points the cache inputs at their starts. They are compacted, and start at 0
// unless somebody has deleted records of them.
func (s *shard) startCaches(ranges map[messages.TopicPartition]messages.OffsetRange) {
	for tp, r := range ranges {
		if !s.isCache(tp.Topic) {
			continue
		}
		s.cached[tp] = r.Start
		if r.Start > 0 {
			s.config.Logger.Warn("records of a compacted topic were deleted, and what they said is not known any more; is its cleanup.policy not compact alone?",
				"shard", s.id.String(), "partition", tp.String(), "start", r.Start)
		}
	}
}

// findLoss moves the frontier to the log's start where that is later, and points the
// caches at theirs. Where only marks were deleted nothing is lost.
func (s *shard) findLoss(ctx context.Context) ([]loss, error) {
	tps := make([]messages.TopicPartition, 0, len(s.frontier))
	for tp := range s.frontier {
		tps = append(tps, tp)
	}
	slices.SortFunc(tps, func(a, b messages.TopicPartition) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	ranges, err := s.rangesOf(ctx, append(s.picked(func(t inputTopic) bool { return t.cache }), tps...))
	if err != nil {
		return nil, err
	}
	s.startCaches(ranges)
	var lost []loss
	var bare map[messages.TopicPartition]messages.OffsetRange
	for _, tp := range tps {
		r := ranges[tp]
		from := s.frontier[tp]
		if from >= r.Start {
			continue
		}
		if bare == nil {
			bare = s.bare(ctx)
		}
		if b := bare[tp]; from < b.Start || r.Start > b.End {
			lost = append(lost, loss{tp: tp, from: from, start: r.Start})
		}
		s.frontier[tp], s.unrecorded = r.Start, true
		if s.committed[tp] < r.Start {
			s.committed[tp] = r.Start
		}
	}
	return lost, nil
}

// rangesOf gives what inputs hold, or refuses when one of them ends below the frontier.
func (s *shard) rangesOf(ctx context.Context, tps []messages.TopicPartition) (map[messages.TopicPartition]messages.OffsetRange, error) {
	var ranges map[messages.TopicPartition]messages.OffsetRange
	err := s.insist(ctx, func() (err error) {
		if ranges, err = s.log.Offsets(ctx, tps...); err != nil {
			return fmt.Errorf("shard %s: offsets: %w", s.id, err)
		}
		for _, tp := range tps {
			if from, end := s.frontier[tp], ranges[tp].End; from > end {
				return &RefusedError{Shard: s.id, Why: fmt.Sprintf(
					"its frontier at %s is %d, but the log ends at %d: the topic was recreated or truncated; "+
						"restore it, or start with a new KAFKA_GROUP_ID_PREFIX and empty state topics", tp, from, end)}
			}
		}
		return nil
	})
	return ranges, err
}

// bare gives the parts of partitions that can be deleted without a loss. Where that
// can't be asked for, all that is deleted counts as lost: better an account that waits
// for its owner than one that trades on what it has missed.
func (s *shard) bare(ctx context.Context) map[messages.TopicPartition]messages.OffsetRange {
	parts, err := s.log.Bare(ctx)
	if err != nil {
		s.config.Logger.Error("what is deleted may have been marks alone, and counts as lost", "shard", s.id.String(), "error", err)
	}
	if parts == nil {
		parts = make(map[messages.TopicPartition]messages.OffsetRange)
	}
	return parts
}

// gap tells an entity that inputs of a partition were deleted before they were
// taken in.
type gap struct {
	topic  string
	lost   int64
	timeMs int64 // when it was noticed
}

// reportLoss counts what was lost and tells the entities, whose state is saved
// with it.
func (s *shard) reportLoss(ctx context.Context, lost []loss) error {
	if len(lost) == 0 {
		return nil
	}
	ep := s.newEpoch()
	for _, l := range lost {
		n := l.start - l.from
		ep.count(CountLost, l.tp.Topic, int(n))
		s.config.Logger.Error("inputs were deleted before they were taken in", "shard", s.id.String(),
			"partition", l.tp.String(), "from", l.from, "to", l.start)
		s.kind.lose(ep, gap{topic: l.tp.Topic, lost: n, timeMs: s.config.Clock.Now().UnixMilli()})
	}
	if err := s.step(ctx, ep); err != nil {
		return err
	}
	return s.finish(ctx, ep)
}
