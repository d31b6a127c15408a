package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// sight is what the simulation saw of a broken law. Only a finding of a check shows
// that the law is broken: a cluster that hangs may do so because the change has broken
// more than the law.
type sight struct {
	seeds  int
	found  []int // seeds with findings
	hung   []int // seeds that did not come to an end, so that nothing was checked
	checks []string
}

func (s *sight) seen() bool { return len(s.found) >= enough }

func (s *sight) String() string {
	text := fmt.Sprintf("findings on %d of %d seeds (%s)", len(s.found), s.seeds, few(s.found))
	if len(s.checks) > 0 {
		text += ", by " + strings.Join(s.checks, ", ")
	}
	if len(s.hung) > 0 {
		text += fmt.Sprintf("; not counted: %d that did not settle (%s)", len(s.hung), few(s.hung))
	}
	return text
}

// take adds what one seed's run printed; an error says that it neither came to an end nor
// hung.
func (s *sight) take(seed int, text string, failed bool) error {
	s.seeds++
	names := checks(text)
	switch {
	case len(names) > 0:
		s.found = append(s.found, seed)
		for _, name := range names {
			if !slices.Contains(s.checks, name) {
				s.checks = append(s.checks, name)
			}
		}
	case strings.Contains(text, "doesn't settle"):
		s.hung = append(s.hung, seed)
	case failed:
		return fmt.Errorf("seed %d failed without a finding:\n%s", seed, text)
	}
	return nil
}

// few lists the lowest of many.
func few(all []int) string {
	const most = 5
	all = slices.Sorted(slices.Values(all))
	if len(all) > most {
		return strings.Trim(fmt.Sprint(all[:most]), "[]") + " ..."
	}
	return strings.Trim(fmt.Sprint(all), "[]")
}

// simulate runs seeds of the simulation with an overlay, one on each processor, until
// enough have seen the broken law, or all are run.
func simulate(ctx context.Context, dir, overlay string, seeds []int) (*sight, error) {
	program := filepath.Join(dir, "cluster.test")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", program, "./sim/cluster")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	var (
		mu     sync.Mutex
		work   sync.WaitGroup
		seen   sight
		failed []error
	)
	next := func() (seed int, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		if len(seeds) == 0 || seen.seen() || len(failed) > 0 {
			return 0, false
		}
		seed, seeds = seeds[0], seeds[1:]
		return seed, true
	}
	for range runtime.NumCPU() {
		work.Go(func() {
			for seed, ok := next(); ok; seed, ok = next() {
				text, err := runSeed(ctx, program, seed)
				mu.Lock()
				if err := seen.take(seed, text, err != nil); err != nil {
					failed = append(failed, err)
				}
				mu.Unlock()
			}
		})
	}
	work.Wait()
	return &seen, errors.Join(append(failed, ctx.Err())...)
}

// seedLimit is the longest that a seed may take: several hundred times what one takes.
const seedLimit = 5 * time.Minute

func runSeed(ctx context.Context, program string, seed int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, seedLimit)
	defer cancel()
	c := exec.CommandContext(ctx, program, "-test.run", "^TestSimulation$", "-test.timeout", "0", "-seed", fmt.Sprint(seed))
	c.Dir = filepath.Join("sim", "cluster")
	out, err := c.CombinedOutput()
	return string(out), err
}

var failing = regexp.MustCompile(`FAIL ([a-z ]*[a-z]) +\d+ looked at`)

// checks names the checks that have findings in a report.
func checks(text string) []string {
	var names []string
	for _, m := range failing.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}
