package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// verdict is what the tests of kafka/ on real brokers say of a broken law.
type verdict struct {
	failed []string // by an assertion, and they pass when the law is whole
	// other are those that failed otherwise, or fail without the broken law, too: they
	// show nothing.
	other []string
}

func (v *verdict) seen() bool { return len(v.failed) > 0 }

func (v *verdict) String() string {
	text := "no test on real Kafka fails"
	if v.seen() {
		text = "on real Kafka, by " + someOf(v.failed)
	}
	if len(v.other) > 0 {
		text += "; not counted, for they panicked, had no brokers or fail without it, too: " + someOf(v.other)
	}
	return text
}

// someOf lists the first names of many.
func someOf(names []string) string {
	const most = 4
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more tests", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}

// brokerTests are those that a log on real brokers passes: the conformance suite that
// the log in memory passes as well, and what Kafka alone can be asked.
const brokerTests = "^(TestConformanceOnKafka|TestTransactionsOnKafka|TestSizesOnKafka)$"

// onBrokers runs the tests of kafka/ with an overlay, and those that failed once more
// without it: only then is it the broken law that they see.
func onBrokers(ctx context.Context, overlay string) (*verdict, error) {
	v, err := failuresOnBrokers(ctx, overlay, brokerTests)
	if err != nil || !v.seen() {
		return v, err
	}
	whole, err := failuresOnBrokers(ctx, "", "^("+strings.Join(tops(v.failed), "|")+")$")
	if err != nil {
		return nil, fmt.Errorf("without a broken law: %w", err)
	}
	v.without(whole)
	return v, nil
}

// failuresOnBrokers runs tests of kafka/ with an overlay; "" is none.
func failuresOnBrokers(ctx context.Context, overlay, tests string) (*verdict, error) {
	c := exec.CommandContext(ctx, "go", "test", "-vet=off", "-overlay="+overlay, "./kafka", "-count=1", "-timeout", "10m", "-run", tests)
	c.Env = append(os.Environ(), "VELOX_REQUIRE_KAFKA=1")
	out, err := c.CombinedOutput()
	v := failures(string(out))
	if err != nil && len(v.failed)+len(v.other) == 0 {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return v, nil
}

// without takes tests that fail when the law is whole out of those that see it broken.
func (v *verdict) without(whole *verdict) {
	v.failed = slices.DeleteFunc(v.failed, func(name string) bool {
		spoiled := slices.ContainsFunc(slices.Concat(whole.failed, whole.other), func(other string) bool {
			return name == other || strings.HasPrefix(name, other+"/") || strings.HasPrefix(other, name+"/")
		})
		if spoiled {
			v.other = append(v.other, name)
		}
		return spoiled
	})
}

// tops names the tests that have those of some names.
func tops(names []string) []string {
	var out []string
	for _, name := range names {
		if top, _, _ := strings.Cut(name, "/"); !slices.Contains(out, top) {
			out = append(out, top)
		}
	}
	return out
}

var (
	failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+).*$`)
	// anyTest begins what another test has printed; package is the end of all.
	anyTest = regexp.MustCompile(`(?m)^(\s*--- (PASS|FAIL|SKIP): |FAIL\b|ok\b)`)
	// told is a line of a test's own. What starts brokers, start.go, tells of these.
	told     = regexp.MustCompile(`(?m)^\s+(\w+\.go):\d+: `)
	panicked = regexp.MustCompile(`(?m)^\s*panic: `)
)

const startsBrokers = "start.go"

// failures sorts the tests that failed, without those that did because one of theirs
// did: by an assertion of the suite, or otherwise.
func failures(text string) *verdict {
	var v verdict
	asserted := make(map[string]bool)
	var names []string
	for _, at := range failedTest.FindAllStringSubmatchIndex(text, -1) {
		name, printed := text[at[2]:at[3]], text[at[1]:]
		if end := anyTest.FindStringIndex(printed); end != nil {
			printed = printed[:end[0]]
		}
		names = append(names, name)
		asserted[name] = !panicked.MatchString(printed) && slices.ContainsFunc(told.FindAllStringSubmatch(printed, -1), func(line []string) bool {
			return line[1] != startsBrokers
		})
	}
	for _, name := range names {
		switch {
		case slices.ContainsFunc(names, func(other string) bool { return strings.HasPrefix(other, name+"/") }):
		case asserted[name]:
			v.failed = append(v.failed, name)
		default:
			v.other = append(v.other, name)
		}
	}
	return &v
}
