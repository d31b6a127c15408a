package chaos

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/velox-trading/velox/messages"
)

// watch follows what nodes put out: when the updates of each partition of ticks came,
// and when each shard saved its state.
type watch struct {
	client *kgo.Client
	done   sync.WaitGroup

	mu      sync.Mutex
	highest map[int32]int64      // offset of the newest tick with an update
	seen    map[int32][]seen     // updates of new ticks
	saved   map[string]time.Time // by shard
	keys    map[string]int32     // symbols with an update, and their partition of ticks
	deploys map[string]bool
}

// seen is an update of a new tick.
type seen struct {
	// made is when its node made it: a dead one makes none. came is when a reader had it,
	// which is what a recovery lasts to: while a broker is away, what is made waits.
	made, came time.Time
}

func openWatch(ctx context.Context, bootstrap []string) (*watch, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap...), kgo.AlwaysRetryEOF(), kgo.DisableClientMetrics(),
		kgo.ConsumeTopics(messages.TopicUpdates, messages.TopicStrategies, messages.StateTopic(messages.SymbolShard)),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.MetadataMinAge(250*time.Millisecond))
	if err != nil {
		return nil, err
	}
	w := &watch{
		client: client, highest: make(map[int32]int64), seen: make(map[int32][]seen), saved: make(map[string]time.Time),
		keys: make(map[string]int32), deploys: make(map[string]bool),
	}
	w.done.Go(func() {
		for ctx.Err() == nil {
			fetches := client.PollFetches(ctx)
			if fetches.IsClientClosed() {
				return
			}
			came := time.Now()
			fetches.EachRecord(func(r *kgo.Record) { w.see(r, came) })
		}
	})
	return w, nil
}

func (w *watch) close() {
	w.client.Close()
	w.done.Wait()
}

func (w *watch) see(r *kgo.Record, came time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch r.Topic {
	case messages.TopicStrategies:
		w.deploys[string(r.Key)] = true
	case messages.TopicUpdates:
		w.update(r, came)
	default:
		if shard, ok := strings.CutPrefix(string(r.Key), "shard/"); ok {
			w.saved[shard] = r.Timestamp
		}
	}
}

func (w *watch) update(r *kgo.Record, came time.Time) {
	for _, h := range r.Headers {
		if h.Key != messages.HeaderOrigin {
			continue
		}
		o, err := messages.ParseOrigin(string(h.Value))
		if err != nil || o.Topic != messages.TopicTicks {
			continue
		}
		w.keys[string(r.Key)] = o.Partition
		if highest, ok := w.highest[o.Partition]; !ok || o.Offset > highest {
			w.highest[o.Partition] = o.Offset
			w.seen[o.Partition] = append(w.seen[o.Partition], seen{r.Timestamp, came})
		}
	}
}

// count gives how many symbols have had an update, and strategies were deployed.
func (w *watch) count() (symbols, deploys int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.keys), len(w.deploys)
}

// symbols gives how many symbols partitions of ticks have.
func (w *watch) symbols(partitions []int32) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, p := range w.keys {
		if slices.Contains(partitions, p) {
			n++
		}
	}
	return n
}

// first gives when the first update came that a node made of a new tick of a partition
// after a moment.
func (w *watch) first(partition int32, after time.Time) (time.Time, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.seen[partition]
	i := len(all)
	for i > 0 && all[i-1].made.After(after) {
		i--
	}
	if i == len(all) {
		return time.Time{}, false
	}
	return all[i].came, true
}

// silence gives the longest time in which no update of a new tick of a partition came,
// from when its node was asked to end to the first that was made after its end; false
// while there is none.
func (w *watch) silence(partition int32, asked, ended time.Time) (longest time.Duration, over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := asked
	for _, s := range w.seen[partition] {
		if !s.came.After(asked) {
			continue
		}
		longest, last = max(longest, s.came.Sub(last)), s.came
		if s.made.After(ended) {
			return longest, true
		}
	}
	return 0, false
}

// savedAfter tells whether a symbol shard saved its state after a moment.
func (w *watch) savedAfter(partition int32, after time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.saved[fmt.Sprintf("%s/%d", messages.SymbolShard, partition)].After(after)
}

// until looks again and again until something is so; it gives false when ctx ended or
// patience did.
func until(ctx context.Context, patience time.Duration, so func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if so() {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-again.C:
		}
	}
}
