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
type verdict struct{ failed []string }

func (v *verdict) seen() bool { return len(v.failed) > 0 }

func (v *verdict) String() string {
	if !v.seen() {
		return "no test on real Kafka fails"
	}
	const most = 4
	if more := len(v.failed) - most; more > 0 {
		return fmt.Sprintf("on real Kafka, by %s and %d more tests", strings.Join(v.failed[:most], ", "), more)
	}
	return "on real Kafka, by " + strings.Join(v.failed, ", ")
}

// brokerTests are those that a log on real brokers passes: the conformance suite that
// the log in memory passes as well, and what Kafka alone can be asked.
const brokerTests = "^(TestConformanceOnKafka|TestTransactionsOnKafka|TestSizesOnKafka)$"

// wholeOnBrokers is an error when these tests fail though no law is broken: then they
// show nothing.
func wholeOnBrokers(ctx context.Context) error {
	v, err := onBrokers(ctx, "")
	if err == nil && v.seen() {
		err = fmt.Errorf("without a broken law, tests fail: %v", v)
	}
	return err
}

// onBrokers runs the tests of kafka/ with an overlay; "" is none.
func onBrokers(ctx context.Context, overlay string) (*verdict, error) {
	c := exec.CommandContext(ctx, "go", "test", "-vet=off", "-overlay="+overlay, "./kafka", "-count=1", "-timeout", "10m", "-run", brokerTests)
	c.Env = append(os.Environ(), "VELOX_REQUIRE_KAFKA=1")
	out, err := c.CombinedOutput()
	v := &verdict{failed: failedTests(string(out))}
	if err != nil && !v.seen() {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return v, nil
}

var failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// failedTests names the tests that failed, without those that did because one of theirs
// did.
func failedTests(text string) []string {
	var names []string
	for _, m := range failedTest.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(names, func(other string) bool { return strings.HasPrefix(other, name+"/") })
	})
}
