package fault

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"
)

// Action is what happens at a point.
type Action string

// The actions.
const (
	// Panic panics with an *Injected.
	Panic Action = "panic"
	// Error gives an *Injected as the step's error.
	Error Action = "error"
	// Delay waits for the rule's Delay, and the step goes on.
	Delay Action = "delay"
	// Drop gives an *Injected that is ErrDropped: the step's input or answer is lost.
	Drop Action = "drop"
	// Hang waits until the Injector is closed or the rule is disarmed, or for the
	// rule's Delay if it has one, and then gives an *Injected.
	Hang Action = "hang"
)

// Actions lists the actions, in the order in which they are explained.
func Actions() []Action { return []Action{Panic, Error, Delay, Drop, Hang} }

// ErrDropped is what the error of the action Drop is.
var ErrDropped = errors.New("dropped")

// Rule says where, when and how something fails.
type Rule struct {
	// Point is the name of the point.
	Point string
	// Match says which details the rule is about: a name of one, or a pattern of names
	// as path.Match has it, in which * is any run of characters without a slash. One
	// that ends in a slash is about all that begins with it: "account/" is "account/*".
	// Empty: all.
	Match  string
	Action Action
	// Nth strikes once, at the nth time that the rule matches, from 1 on; with 0 the
	// rule strikes with Probability each time.
	Nth         int64
	Probability float64
	// Limit is the most strikes of a rule with a probability; 0: no limit.
	Limit int64
	// Delay is how long Delay waits, and Hang at most; 0 for Hang: no limit.
	Delay time.Duration
}

// Check gives the first reason for which a rule can't be followed, or nil.
func (r *Rule) Check() error {
	switch r.Action {
	case Panic, Error, Delay, Drop, Hang:
	default:
		return fmt.Errorf("action %q; want panic, error, delay, drop or hang", r.Action)
	}
	switch {
	case r.Point == "":
		return errors.New("no point")
	case badPattern(r.Match):
		return fmt.Errorf("match %q; %w", r.Match, errPattern)
	case r.Nth < 0 || !(r.Probability >= 0 && r.Probability <= 1): // NaN is neither
		return fmt.Errorf("nth %d and probability %v; want 0 or more, and 0 to 1", r.Nth, r.Probability)
	case (r.Nth == 0) == (r.Probability == 0):
		return errors.New("want either nth or probability")
	case r.Limit < 0 || r.Limit > 0 && r.Nth > 0:
		return fmt.Errorf("limit %d; want 0 or more, and none with nth, which strikes once", r.Limit)
	case r.Delay < 0 || r.Action == Delay && r.Delay == 0:
		return fmt.Errorf("delay %v; want more than 0", r.Delay)
	case r.Delay > 0 && r.Action != Delay && r.Action != Hang:
		return fmt.Errorf("delay %v; want none with %s, which doesn't wait", r.Delay, r.Action)
	}
	return nil
}

// Alias stands in a detail between two names of the same thing, either of which a
// Match may mean. The first one that stands there counts: the second name may hold it.
const Alias = " = "

// matches tells whether the rule is about a step.
func (r *Rule) matches(point, detail string) bool {
	if r.Point != point {
		return false
	}
	if r.Match == "" {
		return true
	}
	name, other, aliased := strings.Cut(detail, Alias)
	return Matches(r.Match, name) || aliased && Matches(r.Match, other)
}

// Matches tells whether a rule's match, which is not empty, is about a name.
func Matches(match, name string) bool {
	if strings.HasSuffix(match, "/") {
		match += "*"
	}
	ok, err := path.Match(match, name)
	return ok && err == nil
}

var errPattern = errors.New(`want a name, or a pattern such as account/*, in which \ stands before a [, *, ? or \ of a name`)

func badPattern(match string) bool {
	_, err := path.Match(match, "")
	return err != nil
}

// Point is a place in a program at which it can be made to fail.
type Point struct {
	Name string `json:"name"`
	// About says before what the point stands, and what its detail is.
	About string `json:"about,omitempty"`
	// Never says of a match, which is not empty, why it is about no detail that the
	// point can have, and what is wanted instead; nil when it may be about one. Without
	// the function any may.
	Never func(match string) error `json:"-"`
}

// Takes gives why no rule with a match can ever strike at the point; nil when one may.
func (p *Point) Takes(match string) error {
	switch {
	case match == "":
		return nil
	case badPattern(match):
		return errPattern
	case p.Never == nil:
		return nil
	}
	if err := p.Never(match); err != nil {
		return fmt.Errorf("never strikes at %s: %w", p.Name, err)
	}
	return nil
}

// Injected is the error, or the panic's value, of a struck rule.
type Injected struct {
	Point, Detail string
	Action        Action
	// Rule is the rule's number.
	Rule int64
}

func (e *Injected) Error() string {
	return fmt.Sprintf("injected fault: %s at %s of %s", e.Action, e.Point, e.Detail)
}

// Is makes the error of a Drop ErrDropped.
func (e *Injected) Is(target error) bool { return target == ErrDropped && e.Action == Drop }
