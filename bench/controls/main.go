// Command controls shows that the simulation's checkers see broken laws: it breaks
// one at a time and wants at least three seeds to fail.
//
//	go run ./bench/controls [-seeds N] [-only REGEXP]
//
// A law is broken by changes of the source that are given to the compiler by an
// overlay: nothing in the tree is touched, and the product has no switch for it. The
// exit code is 1 when a broken law is seen by fewer than three seeds.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// enough is how many seeds must see a broken law.
const enough = 3

func main() {
	seeds := flag.Int("seeds", 200, "how many seeds to run for each law")
	only := flag.String("only", "", "laws to break, by a regular expression of their names")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	missed, err := run(ctx, *seeds, *only, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "controls:", err)
		os.Exit(2)
	}
	if missed > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context, seeds int, only string, out io.Writer) (missed int, err error) {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return 0, fmt.Errorf("-only: %w", err)
	}
	dir, err := os.MkdirTemp("", "controls")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	broken := 0
	for _, l := range laws {
		if !wanted.MatchString(l.name) {
			continue
		}
		broken++
		overlay, err := l.overlay(dir)
		if err != nil {
			return missed, fmt.Errorf("%s: %w", l.name, err)
		}
		text, err := simulate(ctx, overlay, seeds)
		if err != nil {
			return missed, fmt.Errorf("%s: %w", l.name, err)
		}
		failed := strings.Count(text, "again: ")
		word := "seen  "
		if failed < enough {
			missed++
			word = "MISSED"
		}
		fmt.Fprintf(out, "%s  %s: %d of %d seeds, by %s\n", word, l.name, failed, seeds, strings.Join(checks(text), ", "))
	}
	fmt.Fprintf(out, "%d of %d broken laws were seen\n", broken-missed, broken)
	return missed, nil
}

// overlay writes the changed files and the overlay that puts them in the place of
// the tree's.
func (l law) overlay(dir string) (string, error) {
	texts := make(map[string]string)
	for _, c := range l.changes {
		text, ok := texts[c.file]
		if !ok {
			read, err := os.ReadFile(c.file)
			if err != nil {
				return "", err
			}
			text = string(read)
		}
		if n := strings.Count(text, c.old); n != 1 {
			return "", fmt.Errorf("%s has %d times the text that is to change, want 1: %q", c.file, n, c.old)
		}
		texts[c.file] = strings.Replace(text, c.old, c.new, 1)
	}
	replace := make(map[string]string, len(texts))
	for file, text := range texts {
		from, err := filepath.Abs(file)
		if err != nil {
			return "", err
		}
		to := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[from] = to
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, raw, 0o600)
}

// simulate gives the output of the simulation with the overlay. One that can't be
// built, or doesn't come to an end, is an error.
func simulate(ctx context.Context, overlay string, seeds int) (string, error) {
	c := exec.CommandContext(ctx, "go", "test", "-overlay", overlay, "./sim/cluster", "-run", "^TestSimulation$",
		"-timeout", "10m", "-seeds", fmt.Sprint(seeds))
	out, err := c.CombinedOutput()
	text := string(out)
	if err != nil && !strings.Contains(text, "again: ") {
		return "", fmt.Errorf("%w\n%s", err, text)
	}
	return text, nil
}

var failing = regexp.MustCompile(`FAIL ([a-z ]*[a-z]) +\d+ looked at`)

// checks names what has seen the broken law.
func checks(text string) []string {
	var names []string
	for _, m := range failing.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	if strings.Contains(text, "doesn't settle") {
		names = append(names, "not settling")
	}
	return names
}
