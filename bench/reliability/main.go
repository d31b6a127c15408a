// Command reliability puts the last output of commands into docs/reliability.md.
//
//	go run ./bench/reliability [-page FILE] REGEXP
//
// The page names each command where its output stands:
//
//	<!-- output of: make controls -->
//	...
//	<!-- end of output -->
//
// Commands that match the regular expression are run, one after the other, and what
// stands between the two lines is replaced by the end of what they print, with the
// day, the machine and the versions. The exit code is 1 when one of them fails; the page
// has its output all the same, and says so.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"runtime"
	"strings"
	"time"
)

func main() {
	page := flag.String("page", "docs/reliability.md", "the page")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *page, flag.Arg(0), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "reliability:", err)
		os.Exit(1)
	}
}

var block = regexp.MustCompile(`(?s)(<!-- output of: ([^\n]+) -->\n).*?(<!-- end of output -->)`)

func run(ctx context.Context, page, only string, out io.Writer) error {
	if only == "" {
		return fmt.Errorf("name the commands to run by a regular expression, such as controls; %s has them", page)
	}
	wanted, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("commands to run: %w", err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	var failed []error
	matched := false
	for _, m := range block.FindAllSubmatch(text, -1) {
		command := string(m[2])
		if !wanted.MatchString(command) {
			continue
		}
		matched = true
		fmt.Fprintln(out, command)
		printed, err := output(ctx, command, out)
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", command, context.Cause(ctx))
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", command, err))
		}
		// Read again: the page may have been written to meanwhile.
		if text, err = os.ReadFile(page); err != nil {
			return err
		}
		if err := os.WriteFile(page, replace(text, command, printed), 0o644); err != nil {
			return err
		}
	}
	if !matched {
		return fmt.Errorf("%s names no command that %q matches", page, only)
	}
	return errors.Join(failed...)
}

// replace puts text into the block of a command.
func replace(page []byte, command, text string) []byte {
	return block.ReplaceAllFunc(page, func(old []byte) []byte {
		m := block.FindSubmatch(old)
		if string(m[2]) != command {
			return old
		}
		return bytes.Join([][]byte{m[1], []byte(text), m[3]}, nil)
	})
}

// ofMake is a line of make's own, be it of a make in a make.
var ofMake = regexp.MustCompile(`^make(\[\d+\])?: `)

// most is how many lines of an output the page has.
const most = 50

// output runs a command and gives what the page says of it.
func output(ctx context.Context, command string, progress io.Writer) (string, error) {
	words := strings.Fields(command)
	c := exec.CommandContext(ctx, words[0], words[1:]...)
	var printed bytes.Buffer
	c.Stdout = io.MultiWriter(&printed, progress)
	c.Stderr = c.Stdout
	start := time.Now()
	err := c.Run()
	ended := "ended well"
	if err != nil {
		ended = "FAILED: " + err.Error()
	}
	return fmt.Sprintf("```text\n%s```\n\n%s, revision %s, %s, %d processors, %s %s. It took %v and %s.\n",
		tail(printed.String()), start.UTC().Format("2006-01-02"), revision(ctx), runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
		time.Since(start).Round(time.Second), ended), err
}

// tail gives the last lines without make's own and with an end.
func tail(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	kept := lines[:0]
	for _, l := range lines {
		// What a terminal would have overwritten.
		if i := strings.LastIndexByte(strings.TrimRight(l, "\r"), '\r'); i >= 0 {
			l = l[i+1:]
		}
		if !ofMake.MatchString(l) {
			kept = append(kept, strings.TrimRight(l, " \r"))
		}
	}
	return strings.Join(kept[max(0, len(kept)-most):], "\n") + "\n"
}

func revision(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
