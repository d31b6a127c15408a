package telemetry

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Check tells how one part of the node is: nil when it is well, otherwise the
// reason in words for a person. It must return soon after ctx ends.
type Check func(ctx context.Context) error

// Health is a set of named checks. Live checks say whether the process is of any
// use at all, so that something outside may restart it; ready checks whether it
// does its work now. A node that isn't live isn't ready. The zero value has no
// checks, is live and ready, and is safe for concurrent use.
type Health struct {
	mu          sync.Mutex
	live, ready map[string]Check
}

// Live adds or replaces a live check.
func (h *Health) Live(name string, check Check) { h.set(&h.live, name, check) }

// Ready adds or replaces a ready check.
func (h *Health) Ready(name string, check Check) { h.set(&h.ready, name, check) }

func (h *Health) set(to *map[string]Check, name string, check Check) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if *to == nil {
		*to = make(map[string]Check)
	}
	(*to)[name] = check
}

// Remove takes a check of either sort away.
func (h *Health) Remove(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.live, name)
	delete(h.ready, name)
}

// Report is what the checks said, the same on the wire.
type Report struct {
	OK     bool          `json:"ok"`
	Checks []CheckResult `json:"checks"`
}

// CheckResult is one check's answer; Reason is empty when it is OK.
type CheckResult struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"`
}

// CheckLive runs the live checks. All run at once; one that has not answered
// when ctx ends counts as failed.
func (h *Health) CheckLive(ctx context.Context) Report {
	h.mu.Lock()
	checks := maps.Clone(h.live)
	h.mu.Unlock()
	return runChecks(ctx, checks)
}

// CheckReady runs the live and the ready checks, as CheckLive does.
func (h *Health) CheckReady(ctx context.Context) Report {
	h.mu.Lock()
	checks := maps.Clone(h.live)
	if checks == nil {
		checks = make(map[string]Check, len(h.ready))
	}
	maps.Copy(checks, h.ready)
	h.mu.Unlock()
	return runChecks(ctx, checks)
}

func runChecks(ctx context.Context, checks map[string]Check) Report {
	names := slices.Sorted(maps.Keys(checks))
	answers := make([]chan error, len(names))
	for i, name := range names {
		answers[i] = make(chan error, 1) // room, so that a late answer finds its end
		go func() { answers[i] <- guarded(ctx, checks[name]) }()
	}
	report := Report{OK: true, Checks: make([]CheckResult, len(names))}
	start := time.Now()
	for i, name := range names {
		var err error
		select {
		case err = <-answers[i]:
		case <-ctx.Done():
			err = latest(answers[i], start)
		}
		report.Checks[i] = CheckResult{Name: name, OK: err == nil}
		if err != nil {
			report.OK = false
			report.Checks[i].Reason = err.Error()
		}
	}
	return report
}

// latest prefers an answer that is there to the word that there is none.
func latest(answer chan error, start time.Time) error {
	select {
	case err := <-answer:
		return err
	default:
		return fmt.Errorf("no answer within %s", time.Since(start).Round(time.Millisecond))
	}
}

// guarded keeps a check's panic from ending the node: asking how it is must not
// make it worse.
func guarded(ctx context.Context, check Check) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the check panicked: %v", reason)
		}
	}()
	return check(ctx)
}

// Status is a check whose answer others set. The zero value is well.
type Status struct {
	mu  sync.Mutex
	err error
}

// Set gives the answer from now on; nil means well.
func (s *Status) Set(err error) {
	s.mu.Lock()
	s.err = err
	s.mu.Unlock()
}

// Check implements Check.
func (s *Status) Check(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
