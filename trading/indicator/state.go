package indicator

import (
	"encoding/binary"
	"errors"
	"math"
)

// errShort says that a saved state ends too early or doesn't fit its indicator.
var errShort = errors.New("indicator state is cut off or of another indicator")

func appendFloat(b []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
}

func appendInt(b []byte, n int) []byte { return binary.LittleEndian.AppendUint64(b, uint64(n)) }

// reader takes a saved state apart.
type reader struct {
	b   []byte
	err error
}

func (r *reader) word() uint64 {
	if len(r.b) < 8 {
		r.err, r.b = errShort, nil
		return 0
	}
	w := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return w
}

func (r *reader) float() float64 { return math.Float64frombits(r.word()) }
func (r *reader) int() int       { return int(r.word()) }

// bounded reads a number that must be in [0, limit].
func (r *reader) bounded(limit int) int {
	n := r.int()
	if n < 0 || n > limit {
		r.err = errShort
		return 0
	}
	return n
}
