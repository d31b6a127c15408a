// Command mutate shows what the tests would miss: it changes one comparison of the
// named packages at a time and runs tests that should then fail.
//
//	go run ./bench/mutate [-tests PATTERNS] [-run REGEXP] [-only REGEXP] PACKAGE...
//	go run ./bench/mutate ./trading/risk ./trading/order
//
// A mutant is a file with one change, given to the compiler by an overlay: nothing
// in the tree is touched. Its package's tests run first, and those of the packages
// in -tests when they pass; first in their short form, then whole. A mutant that lives through all of them is printed, unless
// equivalent.txt beside this file names it with the reason why no test can tell.
// The exit code is 1 when one lives that is not named there, or when a name there
// is of no mutant any more.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

//go:embed equivalent.txt
var equivalentText string

// perMutant bounds one run of tests: a mutant that never ends is found by it.
const perMutant = 2 * time.Minute

func main() {
	tests := flag.String("tests", "", "packages, by commas, whose tests run after a mutant's own")
	only := flag.String("only", "", "mutants to make, by a regular expression of their names")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	lived, err := run(ctx, flag.Args(), split(*tests), *only, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	if lived > 0 {
		os.Exit(1)
	}
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func run(ctx context.Context, packages, tests []string, only string, out io.Writer) (lived int, err error) {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return 0, fmt.Errorf("-only: %w", err)
	}
	if len(packages) == 0 {
		return 0, errors.New("want at least one package, as in go run ./bench/mutate ./trading/risk")
	}
	known, err := parseEquivalent(equivalentText)
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	made, killed := 0, 0
	for _, p := range packages {
		mutants, err := mutantsOf(p)
		if err != nil {
			return 0, err
		}
		for _, m := range mutants {
			if !wanted.MatchString(m.name) {
				continue
			}
			made++
			if _, equivalent := known[m.name]; equivalent {
				delete(known, m.name)
				continue
			}
			dead, err := m.dies(ctx, dir, append([]string{p}, tests...))
			switch {
			case err != nil:
				return 0, err
			case dead:
				killed++
			default:
				lived++
				fmt.Fprintf(out, "lives: %s\n", m.name)
			}
		}
	}
	for name := range known {
		if only == "" && inOneOf(name, packages) {
			lived++
			fmt.Fprintf(out, "equivalent.txt names what is no mutant: %s\n", name)
		}
	}
	fmt.Fprintf(out, "%d mutants: %d killed, %d live, %d can't be told apart\n", made, killed, lived, made-killed-lived)
	return lived, nil
}

// inOneOf tells whether a mutant's name is of a file of one of the packages.
func inOneOf(name string, packages []string) bool {
	for _, p := range packages {
		if filepath.Dir(name[:strings.Index(name, ":")]) == filepath.Clean(p) {
			return true
		}
	}
	return false
}

// parseEquivalent reads lines of "name  # reason".
func parseEquivalent(text string) (map[string]string, error) {
	known := make(map[string]string)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, ok := strings.Cut(line, "  # ")
		if !ok || !strings.Contains(name, ":") || reason == "" {
			return nil, fmt.Errorf("equivalent.txt: %q: want a mutant's name, two spaces, # and the reason", line)
		}
		known[strings.TrimSpace(name)] = reason
	}
	return known, nil
}

// dies runs tests with the mutant in place of its file and tells whether any fails.
func (m *mutant) dies(ctx context.Context, dir string, packages []string) (bool, error) {
	changed, overlay := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(changed, m.text, 0o600); err != nil {
		return false, err
	}
	file, err := filepath.Abs(m.file)
	if err != nil {
		return false, err
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": {file: changed}})
	if err != nil {
		return false, err
	}
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		return false, err
	}
	// Most die of the short forms of the tests already, in a tenth of the time.
	runs := make([][]string, 0, 2*len(packages))
	for _, p := range packages {
		runs = append(runs, []string{"-short", p})
	}
	for _, p := range packages {
		runs = append(runs, []string{p})
	}
	for _, arguments := range runs {
		limited, cancel := context.WithTimeout(ctx, perMutant)
		arguments = append([]string{"test", "-failfast", "-overlay", overlay}, arguments...)
		out, err := exec.CommandContext(limited, "go", arguments...).CombinedOutput()
		cancel()
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		var failed *exec.ExitError
		switch {
		case strings.Contains(string(out), "[build failed]"), strings.Contains(string(out), "[setup failed]"):
			return false, fmt.Errorf("%s does not compile:\n%s", m.name, out)
		case errors.As(err, &failed):
			return true, nil
		case err != nil:
			return false, err
		}
	}
	return false, nil
}
