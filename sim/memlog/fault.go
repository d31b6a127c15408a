package memlog

import (
	"context"
	"errors"
	"fmt"

	"github.com/velox-trading/velox/messages"
)

// Point names a call of the log port, or a step of Commit.
type Point string

// The points at which faults can be injected.
const (
	PointPartitionCounts Point = "partition counts"
	PointScan            Point = "scan"
	PointOpenShard       Point = "open shard"
	PointRestore         Point = "restore"
	PointOffsets         Point = "offsets"
	PointBare            Point = "bare"
	PointPoll            Point = "poll"
	PointEmit            Point = "emit"
	PointFlush           Point = "flush"
	PointCommitBegin     Point = "commit begin"
	PointCommitWrite     Point = "commit write"
	PointCommitEnd       Point = "commit end"
)

// Points gives all of them, in the order in which a shard comes to them.
func Points() []Point {
	return []Point{
		PointPartitionCounts, PointScan, PointOpenShard, PointRestore, PointOffsets, PointBare, PointPoll,
		PointEmit, PointFlush, PointCommitBegin, PointCommitWrite, PointCommitEnd,
	}
}

// Call describes the moment at which a fault may strike.
type Call struct {
	Point Point
	// After is false before the step takes effect and true after it, when only
	// its answer can still be lost.
	After bool
	// Node is the number of the caller's Log, counted from 1 in order of creation.
	Node int
	// Shard is the zero ShardID at PointPartitionCounts, PointScan, and PointOffsets of a
	// Node.
	Shard messages.ShardID
	// Records is how many records the step writes, or the limit of a Poll.
	Records int
}

// FaultFunc decides at each Call: nil goes on, an error is the fault. It is
// called without locks held, by several goroutines at once, and may block (a
// slow or hanging broker) as long as it honours ctx, or panic.
//
// What an error does:
//   - Before OpenShard, Restore, Offsets, Bare, Poll, PartitionCounts, Scan: the call
//     fails and has no effect. After them: the effect stands (OpenShard has fenced) and
//     the answer is lost.
//   - Before Restore, a *OldEndError: Restore reads up to an old end, and says nothing.
//   - Before Emit: the records are lost; with a *CutError only those behind its
//     count. After Emit: they are written, though not acknowledged. Flush gives
//     the error either way.
//   - Before or after Flush: Flush fails.
//   - Before or after CommitBegin, and before CommitWrite: nothing is written; ErrAborted.
//   - After CommitWrite and before CommitEnd: the transaction is aborted and
//     reported as ErrAborted; if the error wraps messages.ErrUnclear, aborted but
//     reported as unclear; if it wraps ErrLeftOpen, reported as unclear and left
//     open until the shard is opened anew or ExpireTransactions is called.
//   - After CommitEnd: committed, but reported as unclear.
type FaultFunc func(ctx context.Context, call Call) error

// ErrLeftOpen, wrapped by an error of a FaultFunc, leaves the transaction of a
// commit open, as a node does that dies between writing and committing.
var ErrLeftOpen = errors.New("transaction left open")

// CutError, from a FaultFunc before Emit, lets the first Written records through
// and loses the others.
type CutError struct {
	Written int
	Err     error
}

func (e *CutError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *CutError) Unwrap() error { return e.Err }

// OldEndError, from a FaultFunc before Restore, has it end that many offsets before the
// high watermark, as if a broker that is cut off from the others had told the end.
type OldEndError struct{ Behind int64 }

func (e *OldEndError) Error() string { return fmt.Sprintf("an end that is %d offsets old", e.Behind) }
