package indicator

import (
	"cmp"
	"math"
)

// ranks holds the last n values in order of size: how many are below a value, what
// these sum up to and which value has a rank cost O(log n), as does a push. It is a
// treap (Seidel, Aragon: Randomized search trees, 1996) over the places of a ring:
// each place has its priority for good, so that the tree's shape, and with it the
// bits of every sum, depend only on which value stands where and not on how they
// got there. A value that has left leaves no trace, and an undone push none either.
type ranks struct {
	// tree[0] is the empty tree, tree[i+1] the value in place i of the ring.
	tree  []rankNode
	root  int32
	next  int // the place where the next value goes; the oldest's, once full
	count int
}

type rankNode struct {
	value       float64
	sum         pair // of the node and all under it
	size        int32
	left, right int32
}

// displaced is what a push put out of the window.
type displaced struct {
	value float64
	any   bool
}

func newRanks(n int) ranks { return ranks{tree: make([]rankNode, n+1)} }

func (r *ranks) capacity() int { return len(r.tree) - 1 }

func (r *ranks) full() bool { return r.count == r.capacity() }

// fills tells whether one more value fills the window.
func (r *ranks) fills() bool { return r.count >= r.capacity()-1 }

// push takes a value in, for the oldest one once the window is full.
func (r *ranks) push(x float64) (out displaced) {
	node := int32(r.next + 1)
	if r.full() {
		out = displaced{r.tree[node].value, true}
		r.root = r.without(r.root, node)
	} else {
		r.count++
	}
	r.put(node, x)
	if r.next++; r.next == r.capacity() {
		r.next = 0
	}
	return out
}

// undo takes the last push back; out is what it gave. All is as before it, to the
// last bit.
func (r *ranks) undo(out displaced) {
	if r.next--; r.next < 0 {
		r.next = r.capacity() - 1
	}
	node := int32(r.next + 1)
	r.root = r.without(r.root, node)
	if out.any {
		r.put(node, out.value)
	} else {
		r.count--
	}
}

// below gives how many values are less than x, and their sum.
func (r *ranks) below(x float64) (n int, sum pair) {
	for t := r.root; t != 0; {
		node := &r.tree[t]
		if cmp.Less(node.value, x) {
			n += int(r.tree[node.left].size) + 1
			sum = sum.plus(r.tree[node.left].sum).plus(pair{hi: node.value})
			t = node.right
		} else {
			t = node.left
		}
	}
	return n, sum
}

// atMost gives how many values are not more than x.
func (r *ranks) atMost(x float64) (n int) {
	for t := r.root; t != 0; {
		node := &r.tree[t]
		if cmp.Less(x, node.value) {
			t = node.left
		} else {
			n += int(r.tree[node.left].size) + 1
			t = node.right
		}
	}
	return n
}

// at gives the value that k others precede in order of size, 0 <= k < count.
func (r *ranks) at(k int) float64 {
	t := r.root
	for {
		node := &r.tree[t]
		switch before := int(r.tree[node.left].size); {
		case k < before:
			t = node.left
		case k > before:
			k, t = k-before-1, node.right
		default:
			return node.value
		}
	}
}

// quantile gives the value at a share of the way from the least value to the
// largest one, 0 <= share <= 1, on the line between the two nearest ranks. There
// must be a value.
func (r *ranks) quantile(share float64) float64 {
	place := float64(share * float64(r.count-1))
	k := int(place)
	v := r.at(k)
	if part := place - float64(k); part > 0 {
		v += float64(part * (r.at(k+1) - v))
	}
	return v
}

// sum gives the sum of all values.
func (r *ranks) sum() pair { return r.tree[r.root].sum }

// mean gives the mean of all values; there must be one.
func (r *ranks) mean() float64 { return r.sum().over(float64(r.count)).hi }

// deviation gives the mean of |value - mean|; there must be a value. As the
// deviations sum up to 0, it is twice that of the values below the mean:
// 2 * (below * sum - n * sum below) / n^2.
func (r *ranks) deviation() float64 {
	n := float64(r.count)
	mean := r.sum().over(n)
	bound := mean.hi
	if mean.lo > 0 {
		bound = math.Nextafter(bound, math.Inf(1))
	}
	count, below := r.below(bound)
	return max(r.sum().times(float64(count)).minus(below.times(n)).hi*2/(n*n), 0)
}

// rankPriority orders the tree from its root down: a mixing of all bits in which no
// two places have the same result (the finalizer of Appleby's MurmurHash3).
func rankPriority(node int32) uint32 {
	h := uint32(node)
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}

// precedes orders nodes by value and, if equal, by place.
func (r *ranks) precedes(a, b int32) bool {
	if c := cmp.Compare(r.tree[a].value, r.tree[b].value); c != 0 {
		return c < 0
	}
	return a < b
}

// settle works out what a node holds of those under it.
func (r *ranks) settle(t int32) {
	node := &r.tree[t]
	left, right := &r.tree[node.left], &r.tree[node.right]
	node.size = left.size + right.size + 1
	node.sum = left.sum.plus(pair{hi: node.value}).plus(right.sum)
}

func (r *ranks) put(node int32, x float64) {
	r.tree[node] = rankNode{value: x}
	r.root = r.with(r.root, node)
}

// with gives the tree t and a node in it.
func (r *ranks) with(t, node int32) int32 {
	switch {
	case t == 0 || rankPriority(node) > rankPriority(t):
		r.tree[node].left, r.tree[node].right = r.split(t, node)
		t = node
	case r.precedes(node, t):
		r.tree[t].left = r.with(r.tree[t].left, node)
	default:
		r.tree[t].right = r.with(r.tree[t].right, node)
	}
	r.settle(t)
	return t
}

// without gives the tree t less a node that is in it.
func (r *ranks) without(t, node int32) int32 {
	switch {
	case t == node:
		return r.join(r.tree[t].left, r.tree[t].right)
	case r.precedes(node, t):
		r.tree[t].left = r.without(r.tree[t].left, node)
	default:
		r.tree[t].right = r.without(r.tree[t].right, node)
	}
	r.settle(t)
	return t
}

// split gives the parts of a tree that precede a node and that follow it.
func (r *ranks) split(t, node int32) (before, after int32) {
	if t == 0 {
		return 0, 0
	}
	if r.precedes(t, node) {
		r.tree[t].right, after = r.split(r.tree[t].right, node)
		before = t
	} else {
		before, r.tree[t].left = r.split(r.tree[t].left, node)
		after = t
	}
	r.settle(t)
	return before, after
}

// join gives one tree of two, all of a preceding all of b.
func (r *ranks) join(a, b int32) int32 {
	switch {
	case a == 0:
		return b
	case b == 0:
		return a
	case rankPriority(a) > rankPriority(b):
		r.tree[a].right = r.join(r.tree[a].right, b)
		r.settle(a)
		return a
	default:
		r.tree[b].left = r.join(a, r.tree[b].left)
		r.settle(b)
		return b
	}
}

// appendState appends the values by their place in the ring, on which all bits
// depend.
func (r *ranks) appendState(b []byte) []byte {
	b = appendInt(appendInt(appendInt(b, r.capacity()), r.count), r.next)
	for i := range r.count {
		b = appendFloat(b, r.tree[i+1].value)
	}
	return b
}

func (r *ranks) load(s *reader) {
	s.expect(r.capacity())
	r.count, r.root = s.bounded(0, r.capacity()), 0
	if r.full() {
		r.next = s.bounded(0, r.capacity()-1)
	} else {
		r.next = s.bounded(r.count, r.count)
	}
	for i := range r.count {
		r.put(int32(i+1), s.float())
	}
}
