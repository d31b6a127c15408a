// Command mutate shows what the tests would miss: it changes one comparison of the
// named packages at a time, or makes one value of a switch's cases never match, and
// runs tests that should then fail.
//
//	go run ./bench/mutate [-tests PATTERNS] [-run REGEXP] [-only REGEXP] PACKAGE...
//	go run ./bench/mutate ./trading/risk ./trading/order
//	go run ./bench/mutate -only 'mark.go:advance' -run TestTime ./trading/account
//
// A mutant is a package with one change; nothing in the tree is touched. Its
// package's tests run first, and those of the packages
// in -tests when they pass; first in their short form, then whole; of all of them
// those that -run names. A mutant that lives through them is printed, unless
// equivalent.txt beside this file names it with the reason why no test can tell.
// The exit code is 1 when one lives that is not named there, or when a name there
// is of no mutant any more.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

//go:embed equivalent.txt
var equivalentText string

func main() {
	tests := flag.String("tests", "", "packages, by commas, whose tests run after a mutant's own")
	only := flag.String("only", "", "mutants to make, by a regular expression of their names")
	named := flag.String("run", "", "tests to run, by a regular expression as go test's -run takes it; default all")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	lived, err := run(ctx, flag.Args(), split(*tests), *only, *named, os.Stdout)
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

func run(ctx context.Context, packages, tests []string, only, named string, out io.Writer) (lived int, err error) {
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
	made, killed := 0, 0
	for _, p := range packages {
		m, err := mutatedOf(p)
		if err != nil {
			return 0, err
		}
		var numbers []int
		for i, name := range m.mutants {
			if !wanted.MatchString(name) {
				continue
			}
			made++
			if _, equivalent := known[name]; equivalent {
				delete(known, name)
				continue
			}
			numbers = append(numbers, i+1)
		}
		live, err := m.live(ctx, p, append([]string{p}, slices.DeleteFunc(slices.Clone(tests), func(t string) bool { return t == p })...), named, numbers, out)
		if err != nil {
			return 0, err
		}
		lived, killed = lived+live, killed+len(numbers)-live
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

// live runs the tests of packages with mutants of the package in folder, prints those
// that no test kills, and counts them.
func (m *mutated) live(ctx context.Context, folder string, packages []string, named string, numbers []int, out io.Writer) (live int, err error) {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := m.build(ctx, dir, folder, packages, named)
	if err != nil {
		return 0, err
	}
	for _, number := range numbers {
		dead, err := s.dies(ctx, number)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", m.mutants[number-1], err)
		}
		if !dead {
			live++
			fmt.Fprintf(out, "lives: %s\n", m.mutants[number-1])
		}
	}
	return live, nil
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
