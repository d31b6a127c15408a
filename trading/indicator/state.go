package indicator

import (
	"encoding/binary"
	"errors"
	"math"
)

// errState says that a saved state is not one of its indicator.
var errState = errors.New("indicator state is cut off or of another indicator")

func appendWord(b []byte, w uint64) []byte { return binary.LittleEndian.AppendUint64(b, w) }

func appendFloat(b []byte, f float64) []byte { return appendWord(b, math.Float64bits(f)) }

func appendInt(b []byte, n int) []byte { return appendWord(b, uint64(n)) }

// reader takes a saved state apart. After an error it gives zeros.
type reader struct {
	b   []byte
	err error
}

func (r *reader) word() uint64 {
	if r.err != nil || len(r.b) < 8 {
		r.fail()
		return 0
	}
	w := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return w
}

func (r *reader) fail() { r.err, r.b = errState, nil }

func (r *reader) float() float64 { return math.Float64frombits(r.word()) }

// bounded reads a number that must be in [least, most]; most is below 2^63.
func (r *reader) bounded(least, most int) int {
	w := r.word()
	if w < uint64(least) || w > uint64(most) {
		r.fail()
		return least
	}
	return int(w)
}

// expect reads a parameter of the indicator, which the state must share.
func (r *reader) expect(n int) { r.bounded(n, n) }
