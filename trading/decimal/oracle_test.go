package decimal

import (
	"math"
	"math/big"
	"math/rand/v2"
)

// What the package's arithmetic is held against: math/big, and the rules by their
// definitions.

func units(d Decimal) *big.Int {
	hi, lo := d.Parts()
	n := big.NewInt(hi)
	n.Lsh(n, 64)
	return n.Add(n, new(big.Int).SetUint64(lo))
}

func rat(d Decimal) *big.Rat { return new(big.Rat).SetFrac(units(d), big.NewInt(unit)) }

func fits(n *big.Int) bool { return new(big.Int).Rsh(n, 64).IsInt64() }

func floorOf(r *big.Rat) *big.Int { return new(big.Int).Div(r.Num(), r.Denom()) }

// nearest gives the whole number nearest to r, the even one when two are.
func nearest(r *big.Rat) *big.Int {
	floor := floorOf(r)
	rest := new(big.Rat).Sub(r, new(big.Rat).SetInt(floor))
	side := rest.Cmp(big.NewRat(1, 2))
	if side > 0 || (side == 0 && floor.Bit(0) == 1) {
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}

// inUnits gives r rounded to 8 places, as units.
func inUnits(r *big.Rat) *big.Int { return nearest(new(big.Rat).Mul(r, big.NewRat(unit, 1))) }

// random gives Decimals of all sizes, with many at the edges of words.
func random(r *rand.Rand) Decimal {
	edges := []uint64{0, 1, 2, unit, 1 << 62, 1<<63 - 1, 1 << 63, 1<<63 + 1, math.MaxUint64}
	word := func() uint64 {
		if r.IntN(3) == 0 {
			return edges[r.IntN(len(edges))]
		}
		return r.Uint64() >> r.UintN(64)
	}
	switch r.IntN(5) {
	case 0:
		return FromUnits(r.Int64N(2000) - 1000)
	case 1:
		return FromInt(r.Int64N(1_000_000) - 500_000)
	case 2:
		return FromUnits(int64(word()))
	case 3:
		return FromParts(r.Int64N(2000)-1000, word())
	default:
		return FromParts(int64(word()), word())
	}
}
