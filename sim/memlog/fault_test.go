package memlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
)

// struck is a cluster whose next call at one point fails.
type struck struct {
	*Cluster
	point Point
	after bool
	err   error
}

func (s *struck) fault(_ context.Context, call Call) error {
	if s.err == nil || call.Point != s.point || call.After != s.after {
		return nil
	}
	err := s.err
	s.err = nil
	return err
}

func newStruck(t *testing.T) *struck {
	s := &struck{}
	s.Cluster = newCluster(t, Options{Fault: func(ctx context.Context, call Call) error { return s.fault(ctx, call) }})
	return s
}

func (s *struck) open(t *testing.T) messages.ShardLog {
	t.Helper()
	l, err := s.Log().OpenShard(t.Context(), messages.ShardID{Kind: messages.SymbolShard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

var errFault = errors.New("struck")

// TestCommitFaults walks every point of a commit with every outcome: what the
// caller is told, what readers see, and whether the last stable offset is held
// back until the shard is opened again.
func TestCommitFaults(t *testing.T) {
	unclear := fmt.Errorf("%w: %w", messages.ErrUnclear, errFault)
	left := fmt.Errorf("%w: %w", ErrLeftOpen, errFault)
	for _, tc := range []struct {
		point   Point
		after   bool
		err     error
		told    error
		visible bool
		open    bool
	}{
		{PointCommitBegin, false, errFault, messages.ErrAborted, false, false},
		{PointCommitBegin, true, errFault, messages.ErrAborted, false, false},
		{PointCommitWrite, false, errFault, messages.ErrAborted, false, false},
		{PointCommitWrite, true, errFault, messages.ErrAborted, false, false},
		{PointCommitWrite, true, left, messages.ErrUnclear, false, true},
		{PointCommitEnd, false, errFault, messages.ErrAborted, false, false},
		{PointCommitEnd, false, unclear, messages.ErrUnclear, false, false},
		{PointCommitEnd, false, left, messages.ErrUnclear, false, true},
		{PointCommitEnd, true, errFault, messages.ErrUnclear, true, false},
	} {
		t.Run(fmt.Sprintf("%s/%v/%v", tc.point, tc.after, tc.err), func(t *testing.T) {
			c := newStruck(t)
			l := c.open(t)
			c.point, c.after, c.err = tc.point, tc.after, tc.err
			err := l.Commit(t.Context(), []messages.Out{text("out", 0, "a")})
			if !errors.Is(err, tc.told) || !errors.Is(err, errFault) {
				t.Errorf("told %v, want %v", err, tc.told)
			}
			if errors.Is(err, messages.ErrAborted) && errors.Is(err, messages.ErrUnclear) {
				t.Errorf("told two outcomes: %v", err)
			}
			if got := len(c.Records("out", 0)) == 1; got != tc.visible {
				t.Errorf("visible: %v, want %v", got, tc.visible)
			}
			if held := c.StableOffset("out", 0) < c.EndOffset("out", 0); held != tc.open {
				t.Errorf("transaction open: %v, want %v", held, tc.open)
			}
			if err := l.Commit(t.Context(), nil); err == nil {
				t.Error("the shard's log is not spent")
			}
			again := c.open(t)
			if held := c.StableOffset("out", 0) < c.EndOffset("out", 0); held {
				t.Error("the next owner leaves the transaction open")
			}
			if err := again.Commit(t.Context(), []messages.Out{text("out", 0, "b")}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestExpireTransactions(t *testing.T) {
	c := newStruck(t)
	l := c.open(t)
	c.point, c.err = PointCommitEnd, ErrLeftOpen
	if err := l.Commit(t.Context(), []messages.Out{text("out", 0, "a")}); !errors.Is(err, messages.ErrUnclear) {
		t.Fatal(err)
	}
	if n := c.ExpireTransactions(); n != 1 {
		t.Errorf("expired %d transactions, want 1", n)
	}
	if n := c.ExpireTransactions(); n != 0 || c.StableOffset("out", 0) != c.EndOffset("out", 0) {
		t.Error("the transaction is still open")
	}
}

func TestEmitFaults(t *testing.T) {
	for _, tc := range []struct {
		after bool
		err   error
		want  []string
	}{
		{false, errFault, nil},
		{false, &CutError{Written: 1, Err: errFault}, []string{"0:a"}},
		{true, errFault, []string{"0:a", "1:b"}},
	} {
		c := newStruck(t)
		l := c.open(t)
		c.point, c.after, c.err = PointEmit, tc.after, tc.err
		l.Emit([]messages.Out{text("out", 0, "a"), text("out", 0, "b")})
		l.Emit([]messages.Out{text("out", 0, "not sent after an error")})
		if got := values(c.Records("out", 0)); !slices.Equal(got, tc.want) {
			t.Errorf("%+v: readers see %q, want %q", tc, got, tc.want)
		}
		if err := l.Flush(t.Context()); !errors.Is(err, errFault) {
			t.Errorf("%+v: flush gives %v", tc, err)
		}
	}
}

// TestCallFaults: before a call nothing has happened, after it the effect stands.
func TestCallFaults(t *testing.T) {
	for _, after := range []bool{false, true} {
		c := newStruck(t)
		node, old := c.Log(), c.open(t)
		strike := func(p Point) { c.point, c.after, c.err = p, after, errFault }

		strike(PointOpenShard)
		if _, err := node.OpenShard(t.Context(), messages.ShardID{Kind: messages.SymbolShard}); !errors.Is(err, errFault) {
			t.Errorf("open: %v", err)
		}
		if fenced := errors.Is(old.Commit(t.Context(), nil), messages.ErrFenced); fenced != after {
			t.Errorf("fault after opening %v, old owner fenced %v", after, fenced)
		}
		strike(PointPartitionCounts)
		if _, err := node.PartitionCounts(t.Context(), "in"); !errors.Is(err, errFault) {
			t.Errorf("partition counts: %v", err)
		}
		l := c.open(t)
		strike(PointRestore)
		if err := l.Restore(t.Context(), func(*messages.Record) error { return nil }); !errors.Is(err, errFault) {
			t.Errorf("restore: %v", err)
		}
		strike(PointOffsets)
		if _, err := l.Offsets(t.Context()); !errors.Is(err, errFault) {
			t.Errorf("offsets: %v", err)
		}
		strike(PointBare)
		if _, err := l.Bare(t.Context()); !errors.Is(err, errFault) {
			t.Errorf("bare parts: %v", err)
		}
		strike(PointScan)
		if err := node.Scan(t.Context(), nil, nil); !errors.Is(err, errFault) {
			t.Errorf("scan: %v", err)
		}
		strike(PointPoll)
		if _, err := l.Poll(t.Context(), 1, 0); !errors.Is(err, errFault) {
			t.Errorf("poll: %v", err)
		}
		strike(PointFlush)
		if err := l.Flush(t.Context()); !errors.Is(err, errFault) {
			t.Errorf("flush: %v", err)
		}
	}
}

// TestFencedBetweenWriteAndEnd: an owner that is replaced while its commit hangs
// is told so, and nothing of it is visible.
func TestFencedBetweenWriteAndEnd(t *testing.T) {
	written, goOn := make(chan struct{}), make(chan struct{})
	c := newCluster(t, Options{Fault: func(_ context.Context, call Call) error {
		if call.Point == PointCommitEnd && !call.After {
			close(written)
			<-goOn
		}
		return nil
	}})
	id := messages.ShardID{Kind: messages.SymbolShard}
	old, err := c.Log().OpenShard(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- old.Commit(t.Context(), []messages.Out{text("out", 0, "a")}) }()
	<-written
	if _, err := c.Log().OpenShard(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	close(goOn)
	if err := <-done; !errors.Is(err, messages.ErrFenced) {
		t.Errorf("got %v, want fenced", err)
	}
	if got := c.Records("out", 0); len(got) != 0 {
		t.Errorf("readers see %q", values(got))
	}
}

// TestCloseEndsAPoll: a node that shuts down need not wait its poll out.
func TestCloseEndsAPoll(t *testing.T) {
	c := newStruck(t)
	l := c.open(t)
	if err := l.Read([]messages.Input{{TopicPartition: messages.TopicPartition{Topic: "in"}}}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := l.Poll(t.Context(), 1, time.Hour)
		done <- err
	}()
	l.Close()
	if err := <-done; !errors.Is(err, errClosed) {
		t.Errorf("got %v, want closed", err)
	}
}
