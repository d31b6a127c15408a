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
// stands between the two lines is replaced by the end of what they print, with little
// of a long progress and without this machine's folders, and with the day, the machine
// and the versions. The exit code is 1 when one of them fails; the page
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
	"path/filepath"
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

// journal begins the line of chaos that says where its files are, which concerns nobody
// who reads the page.
const journal = "journal, logs and data: "

// unplaced takes out of a line where on this machine the command ran.
var unplaced = func() *strings.Replacer {
	here, _ := os.Getwd() // without it, nothing is replaced
	home, _ := os.UserHomeDir()
	var pairs []string
	for _, p := range [][2]string{{here, "."}, {filepath.Clean(os.TempDir()), "$TMPDIR"}, {home, "~"}} {
		if len(p[0]) > 1 {
			pairs = append(pairs, p[0]+"/", p[1]+"/")
		}
	}
	return strings.NewReplacer(pairs...)
}()

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

// mostAlike: so many lines in a row that differ in their numbers alone are thinned.
const mostAlike = 6

var numbers = regexp.MustCompile(`\d[\w.]*`)

// thin leaves of a long run of lines that differ in their numbers alone, such as those of
// progress, the first, the last and three between.
func thin(lines []string) []string {
	var out []string
	for len(lines) > 0 {
		alike, n := numbers.ReplaceAllString(lines[0], "#"), 1
		for n < len(lines) && numbers.ReplaceAllString(lines[n], "#") == alike {
			n++
		}
		if n <= mostAlike || alike == "#" {
			out = append(out, lines[:n]...)
		} else {
			indent := lines[0][:len(lines[0])-len(strings.TrimLeft(lines[0], " \t"))]
			out = append(out, lines[0])
			for _, i := range []int{n / 4, n / 2, n * 3 / 4, n - 1} {
				out = append(out, indent+"...", lines[i])
			}
		}
		lines = lines[n:]
	}
	return out
}

// tail gives the last lines without make's own and with an end, and of a long progress
// little.
func tail(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	kept := lines[:0]
	for _, l := range lines {
		l = unplaced.Replace(l)
		// What a terminal would have overwritten.
		if i := strings.LastIndexByte(strings.TrimRight(l, "\r"), '\r'); i >= 0 {
			l = l[i+1:]
		}
		if !ofMake.MatchString(l) && !strings.HasPrefix(l, journal) {
			kept = append(kept, strings.TrimRight(l, " \r"))
		}
	}
	kept = thin(kept)
	return strings.Join(kept[max(0, len(kept)-most):], "\n") + "\n"
}

func revision(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
