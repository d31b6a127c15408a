package market

import (
	"fmt"
	"slices"
)

// Quality says what a candle's numbers are worth; the zero value is complete.
// Several may hold at once.
type Quality uint8

// The qualities of a candle.
const (
	// Partial: the first candle since the start or since a loss, so that its
	// beginning may be missing.
	Partial Quality = 1 << iota
	// Gap: it was open when inputs were lost, or while its source was silent.
	Gap
	// Amended: a late tick changed it after it had closed.
	Amended
)

// Complete is the quality of a candle that nothing is known to be missing from.
const Complete Quality = 0

// qualityTexts has the wire's form of every quality.
var qualityTexts = [8]string{
	Complete: "complete", Partial: "partial", Gap: "gap", Partial | Gap: "partial+gap",
	Amended: "amended", Partial | Amended: "partial+amended", Gap | Amended: "gap+amended", Partial | Gap | Amended: "partial+gap+amended",
}

// String gives the wire's form: "complete", "partial", "gap", "amended", or several
// in this order with "+" between them.
func (q Quality) String() string { return qualityTexts[q&(Partial|Gap|Amended)] }

// ParseQuality reads the wire's form.
func ParseQuality(s string) (Quality, error) {
	if i := slices.Index(qualityTexts[:], s); i >= 0 {
		return Quality(i), nil
	}
	return 0, fmt.Errorf("quality %q: want complete, or partial, gap, amended in this order with + between them", s)
}

// Tainted tells whether ticks may be missing from the candle.
func (q Quality) Tainted() bool { return q&(Partial|Gap) != 0 }

// Quality gives the candle's marks as one value.
func (c *Candle) Quality() Quality {
	var q Quality
	if c.Partial {
		q |= Partial
	}
	if c.Gap {
		q |= Gap
	}
	if c.Amended {
		q |= Amended
	}
	return q
}

// SetQuality sets the candle's marks.
func (c *Candle) SetQuality(q Quality) {
	c.Partial, c.Gap, c.Amended = q&Partial != 0, q&Gap != 0, q&Amended != 0
}

// Tainted tells whether ticks may be missing from the candle: it is partial or has
// a gap.
func (c *Candle) Tainted() bool { return c.Partial || c.Gap }
