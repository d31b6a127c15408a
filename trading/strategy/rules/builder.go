package rules

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/velox-trading/velox/trading/spelling"
	"github.com/velox-trading/velox/trading/zone"
)

// builder compiles a Spec's fields and collects what is wrong.
type builder struct {
	program *Program
	errs    []error
	doubts  []*Error
	named   []named
}

func (b *builder) report(err error) { b.errs = append(b.errs, err) }
func (b *builder) err() error       { return errors.Join(b.errs...) }

// wrong reports a rule that is no expression.
func (b *builder) wrong(name, text, want string) {
	b.report(&Error{Rule: name, Line: 1, Column: 1, Detail: fmt.Sprintf("%q: %s", text, want)})
}

func (b *builder) condition(name, text string) *rule {
	if text == "" {
		return nil
	}
	c := compiler{names: &b.program.names, rule: name, text: text}
	return b.keep(c.compileTruth())
}

func (b *builder) number(name, text string) *rule {
	if text == "" {
		return nil
	}
	c := compiler{names: &b.program.names, rule: name, text: text, side: true}
	return b.keep(c.compileNumber())
}

// positive is number for what must be above 0 and fit into a decimal: a constant that
// does not would make every entry one that is never signalled.
func (b *builder) positive(name, text string) *rule {
	r := b.number(name, text)
	if !r.constant() {
		return r
	}
	f := frame{}
	switch v := r.value(&f); {
	case f.senseless && len(r.doubts) > 0:
		b.report(r.doubts[0])
	case !(v > 0):
		b.wrong(name, text, "want a number above 0: no entry could have this one")
	case v < 1e-8 || v > 92233720368.54775807:
		b.wrong(name, text, "want a number from 0.00000001 to 92233720368.54775807: no entry could have this one")
	}
	return r
}

func (b *builder) keep(r rule, errs []*Error) *rule {
	b.wonder(&r)
	for _, err := range errs {
		b.report(err)
	}
	if len(errs) > 0 {
		return nil
	}
	return &r
}

func (b *builder) choice(name, text string, choices ...string) int {
	for i, c := range choices {
		if text == c || text == "" && i == 0 {
			return i
		}
	}
	b.wrong(name, text, spelling.Hint(text, choices)+"want "+strings.Join(choices, " or "))
	return 0
}

func (b *builder) whole(name, text string, absent, least, most int) int {
	if text == "" {
		return absent
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		b.wrong(name, text, fmt.Sprintf("want a whole number from %d to %d", least, most))
	}
	return n
}

// duration reads a length of event time in milliseconds.
func (b *builder) duration(name, text string, absent, most time.Duration) int64 {
	if text == "" {
		return absent.Milliseconds()
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > most {
		b.wrong(name, text, fmt.Sprintf("want a duration from 0s to %v, such as 15m", most))
	}
	return d.Milliseconds()
}

// hours reads everything that has to do with the time of day.
func (b *builder) hours(s *Spec) {
	h := &b.program.hours
	h.close, h.squareOff, h.zone = dayLength, -1, time.UTC
	if s.Zone != "" {
		location, err := zone.Load(s.Zone)
		if err != nil {
			b.wrong("zone", s.Zone, "want an IANA time zone, such as Asia/Kolkata or UTC")
		} else {
			h.zone = location
		}
	}
	if s.Session != "" {
		var ok bool
		if h.open, h.close, ok = parseRange(s.Session); !ok {
			b.wrong("session", s.Session, asked(spelling.Span(s.Session))+"want two times of day, such as 09:15-15:30")
		}
		h.declared = true
	}
	if s.Windows != "" {
		h.windows = b.windows(s.Windows)
	}
	if s.SquareOff != "" {
		at, ok := parseClock(s.SquareOff)
		if !ok || at == dayLength {
			b.wrong("square_off", s.SquareOff, asked(spelling.Clock(s.SquareOff))+wantClock)
			return
		}
		h.squareOff = at
		if minutes := (h.close - h.open + dayLength - 1) % dayLength; h.declared && (at-h.open+dayLength)%dayLength > minutes {
			b.wrong("square_off", s.SquareOff, "want a time in the session, which is "+s.Session)
		}
	}
}
