package chaos

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Kind is a kind of fault.
type Kind string

// The kinds of faults.
const (
	KillNode   Kind = "kill node"   // SIGKILL; another process takes its place later
	StopNode   Kind = "stop node"   // SIGSTOP for longer than session and transaction, then SIGCONT
	KillBroker Kind = "kill broker" // SIGKILL; it is started again later
	CutLink    Kind = "cut link"    // between one node and one broker: connections are reset, none is taken
	SlowLink   Kind = "slow link"   // between one node and one broker: each answer comes late
	Join       Kind = "join"        // one node more
	Leave      Kind = "leave"       // SIGTERM: one node fewer
	Move       Kind = "move"        // a partition loses a replica, gets it anew, and another leader
)

// Aims of faults: when a node is struck or woken, which broker is.
const (
	AtOnce = "at once"
	// InCommit: all records of a commit are written, and it is not committed yet.
	InCommit = "in a commit"
	// AfterCheckpoint: a successor has made its first checkpoint. A node is woken then,
	// or the successor killed.
	AfterCheckpoint = "after the successor's first checkpoint"

	Leader       = "leader"
	Transactions = "transaction coordinator"
	Groups       = "group coordinator"
	Controller   = "controller"
)

var aims = map[Kind][]string{
	KillNode:   {AtOnce, InCommit, AfterCheckpoint},
	StopNode:   {AtOnce, InCommit, AfterCheckpoint},
	KillBroker: {Leader, Transactions, Groups, Controller},
}

// Fault is one fault of a plan.
type Fault struct {
	// At is when it strikes, from the beginning; one that has to wait for the cluster
	// strikes later.
	At   time.Duration `json:"at"`
	Kind Kind          `json:"kind"`
	Aim  string        `json:"aim,omitempty"`
	// Pick draws the target from what is there when it strikes.
	Pick uint64 `json:"pick"`
	// For is how long it lasts.
	For time.Duration `json:"for"`
}

// Counts says how many faults of each kind a plan has. As many nodes leave as join,
// and may be one fewer.
type Counts struct{ NodeKills, BrokerKills, Stops, Joins, Links, Moves int }

// Least and most nodes that a plan has at any time, but for those that are down.
const (
	MinNodes = 3
	MaxNodes = 5
)

// Draw makes the plan of a seed: its faults are spread evenly over length, in an
// order and with targets and durations that the seed draws. Every aim of a kind comes
// in turn. Stops last longer than silence, the longest that a cluster waits for a node.
func Draw(seed uint64, c Counts, length, silence time.Duration) []Fault {
	r := rand.New(rand.NewPCG(seed, 0x766c78))
	var all []Fault
	add := func(kind Kind, n int, short, long time.Duration) {
		first := r.IntN(12)
		for i := range n {
			f := Fault{Kind: kind, Pick: r.Uint64(), For: short + time.Duration(r.Int64N(int64(long-short)))}
			if a := aims[kind]; a != nil {
				f.Aim = a[(first+i)%len(a)]
			}
			all = append(all, f)
		}
	}
	add(KillNode, c.NodeKills, 2*time.Second, 5*time.Second)
	add(StopNode, c.Stops, silence+time.Second, silence+4*time.Second)
	add(KillBroker, c.BrokerKills, 3*time.Second, 6*time.Second)
	add(CutLink, (c.Links+1)/2, time.Second, 8*time.Second)
	add(SlowLink, c.Links/2, 4*time.Second, 12*time.Second)
	add(Move, c.Moves, time.Second, 2*time.Second)
	add(Join, 2*c.Joins, time.Second, 2*time.Second) // every second one leaves, see walk
	r.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	all = walk(r, all, c.Joins)
	step := length / time.Duration(max(1, len(all)))
	for i := range all {
		all[i].At = time.Duration(i)*step + time.Duration(r.Int64N(int64(step/2)+1))
	}
	return all
}

// walk makes joins and leaves of the joins, so that the number of nodes stays within
// its bounds and exactly so many join; leaves that would be too many at the end go.
func walk(r *rand.Rand, all []Fault, joins int) []Fault {
	nodes := MinNodes
	out := all[:0]
	for _, f := range all {
		if f.Kind == Join {
			switch {
			case joins > 0 && (nodes == MinNodes || nodes < MaxNodes && r.IntN(2) == 0):
				nodes, joins = nodes+1, joins-1
			case nodes > MinNodes:
				f.Kind, nodes = Leave, nodes-1
			default:
				continue
			}
		}
		out = append(out, f)
	}
	return out
}

// strikes is how many processes it is to strike: a node that is killed and then its
// successor are two.
func (f Fault) strikes() int {
	if f.Kind == KillNode && f.Aim == AfterCheckpoint {
		return 2
	}
	return 1
}

func (f Fault) String() string {
	if f.Aim == "" {
		return string(f.Kind)
	}
	return fmt.Sprintf("%s, %s", f.Kind, f.Aim)
}
