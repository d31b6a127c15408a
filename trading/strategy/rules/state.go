package rules

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

const stateVersion = 1

var errState = errors.New("state of a rule strategy doesn't fit its rules")

// AppendState implements strategy.Strategy.
func (s *ruled) AppendState(b []byte) []byte {
	b = append(b, stateVersion)
	b = binary.AppendUvarint(b, uint64(len(s.symbols)))
	for i, symbol := range s.symbols {
		q := &s.series[i]
		b = binary.AppendUvarint(b, uint64(len(symbol)))
		b = append(b, symbol...)
		b = binary.AppendVarint(b, q.closedMs)
		entered := byte(0)
		if q.entered {
			entered = 1
		}
		b = append(b, entered)
		for slot, depth := range s.program.depth {
			if depth == 0 {
				continue
			}
			b = binary.AppendUvarint(b, uint64(len(q.past[slot])))
			for _, v := range q.past[slot] {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
			}
		}
	}
	return b
}

// LoadState implements strategy.Strategy. On an error the state is as before.
func (s *ruled) LoadState(b []byte) error {
	r := reader{rest: b}
	if r.byte() != stateVersion || r.uvarint() != uint64(len(s.symbols)) {
		return fmt.Errorf("strategy %s: %w", s.id, errState)
	}
	loaded := make([]series, len(s.symbols))
	for i, symbol := range s.symbols {
		q := &loaded[i]
		q.past = make([][]float64, len(s.frame.now))
		if string(r.take(r.uvarint())) != symbol {
			return fmt.Errorf("strategy %s: symbol %s: %w", s.id, symbol, errState)
		}
		q.closedMs = r.varint()
		q.entered = r.byte() == 1
		for slot, depth := range s.program.depth {
			if depth == 0 {
				continue
			}
			n := r.uvarint()
			if n > uint64(depth) {
				return fmt.Errorf("strategy %s: symbol %s: %w", s.id, symbol, errState)
			}
			for range n {
				if v := r.take(8); len(v) == 8 {
					q.past[slot] = append(q.past[slot], math.Float64frombits(binary.LittleEndian.Uint64(v)))
				}
			}
		}
	}
	if r.bad || len(r.rest) > 0 {
		return fmt.Errorf("strategy %s: %w", s.id, errState)
	}
	s.series = loaded
	return nil
}

// reader reads what AppendState wrote; bad tells that there was less.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return nil
	}
	part := r.rest[:n]
	r.rest = r.rest[n:]
	return part
}

func (r *reader) byte() byte {
	if b := r.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}
