// Command controls shows that broken laws are seen: it breaks one at a time and wants
// findings of the simulation's checkers on at least three seeds. A seed whose cluster
// hangs is told, and not counted. Laws that the log keeps are broken in what talks to Kafka,
// too: then a test on real brokers must fail by an assertion, and pass when the law is
// whole again. One that panics, or has no brokers, is told and not counted.
//
//	go run ./bench/controls [-seeds N] [-known] [-only REGEXP] [-kafka]
//
// No more seeds are run than are needed; -known begins with those of which it is known
// that they saw the law broken: when they still do, it takes two minutes. A law is broken by changes of the
// source that are given to the compiler by an overlay: nothing in the tree is touched,
// and the product has no switch for it. The exit code is 1 when a broken law is not seen.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
)

// enough is how many seeds must see a broken law.
const enough = 3

type options struct {
	seeds        int
	known, kafka bool
	only         string
}

func main() {
	var o options
	flag.IntVar(&o.seeds, "seeds", 200, "how many seeds to run for each law at most")
	flag.BoolVar(&o.known, "known", false, "begin with seeds that are known to see the broken law")
	flag.BoolVar(&o.kafka, "kafka", false, "break laws in what talks to Kafka, too; this needs java 17")
	flag.StringVar(&o.only, "only", "", "laws to break, by a regular expression of their names")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	missed, err := run(ctx, o, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "controls:", err)
		os.Exit(2)
	}
	if missed > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) (missed int, err error) {
	wanted, err := regexp.Compile(o.only)
	if err != nil {
		return 0, fmt.Errorf("-only: %w", err)
	}
	broken := 0
	for i := range laws {
		l := &laws[i]
		if !wanted.MatchString(l.name) || l.onKafka() && !o.kafka {
			continue
		}
		broken++
		seen, err := l.look(ctx, o)
		if err != nil {
			return missed, fmt.Errorf("%s: %w", l.name, err)
		}
		word := "seen  "
		if !seen.seen() {
			missed++
			word = "MISSED"
		}
		fmt.Fprintf(out, "%s  %s: %v\n", word, l.name, seen)
	}
	fmt.Fprintf(out, "%d of %d broken laws were seen\n", broken-missed, broken)
	return missed, nil
}

// look breaks the law and tells what was seen of it.
func (l *law) look(ctx context.Context, o options) (interface {
	fmt.Stringer
	seen() bool
}, error,
) {
	dir, err := os.MkdirTemp("", "controls")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	overlay, err := l.overlay(dir)
	if err != nil {
		return nil, err
	}
	if l.onKafka() {
		return onBrokers(ctx, overlay)
	}
	return simulate(ctx, dir, overlay, l.lookAt(o))
}

// lookAt lists the seeds to run. What is known of a seed holds until something changes
// in its run, so others follow.
func (l *law) lookAt(o options) []int {
	var seeds []int
	if o.known {
		seeds = slices.Clone(l.seeds)
	}
	for seed := 1; len(seeds) < o.seeds; seed++ {
		if !o.known || !slices.Contains(l.seeds, seed) {
			seeds = append(seeds, seed)
		}
	}
	return seeds
}
