package fault

import (
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func injector(t *testing.T, rules ...Rule) *Injector {
	t.Helper()
	f, err := New(7, rules...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func TestNthStrikesOnce(t *testing.T) {
	f := injector(t, Rule{Point: "commit", Match: "account/", Action: Error, Nth: 3})
	var struck []int
	for i := range 10 {
		if f.At("commit", "symbol/1") != nil || f.At("restore", "account/1") != nil {
			t.Fatal("struck elsewhere")
		}
		if err := f.At("commit", "account/1"); err != nil {
			struck = append(struck, i)
			var fault *Injected
			if !errors.As(err, &fault) || fault.Detail != "account/1" || errors.Is(err, ErrDropped) {
				t.Errorf("struck with %v", err)
			}
		}
	}
	if !slices.Equal(struck, []int{2}) {
		t.Errorf("struck at %v, want the third time", struck)
	}
	if list, n := f.Strikes(); n != 1 || len(list) != 1 || list[0].Rule != 1 || list[0].Point != "commit" {
		t.Errorf("strikes are %v, %d", list, n)
	}
}

// TestMatch: a rule is about what its match names, whole, by a pattern or by what it
// begins with, and about none that only has it somewhere.
func TestMatch(t *testing.T) {
	for _, c := range []struct {
		match, detail string
		want          bool
	}{
		{"", "ann", true},
		{"ann", "ann", true},
		{"ann", "joanna", false},
		{"ann", "ann/dip", false},
		{"symbol/1", "symbol/1", true},
		{"symbol/1", "symbol/12", false},
		{"symbol/", "symbol/12", true},
		{"symbol/", "account/12", false},
		{"NIFTY*", "NIFTY 50", true},
		{"*", "ann/dip", false},
		{`M\*M`, "M*M", true},
		{"5f0c", "5f0c" + Alias + "ann/dip", true},
		{"ann/dip", "5f0c" + Alias + "ann/dip", true},
		{"ann/", "5f0c" + Alias + "ann/dip", true},
		{"*/dip", "5f0c" + Alias + "ann/dip", true},
		{"ann", "5f0c" + Alias + "ann/dip", false},
		{"ann/fast = slow", "5f0c" + Alias + "ann/fast = slow", true}, // a name that looks like two
		{"slow", "5f0c" + Alias + "ann/fast = slow", false},
	} {
		f := injector(t, Rule{Point: "step", Match: c.match, Action: Error, Nth: 1})
		if err := f.At("step", c.detail); (err != nil) != c.want {
			t.Errorf("%q and %q: %v, want %t", c.match, c.detail, err, c.want)
		}
	}
}

func TestASeedRepeats(t *testing.T) {
	run := func() (out []bool) {
		f := injector(t, Rule{Point: "step", Action: Drop, Probability: 0.3})
		for range 200 {
			err := f.At("step", "X")
			if err != nil && !errors.Is(err, ErrDropped) {
				t.Fatal(err)
			}
			out = append(out, err != nil)
		}
		return out
	}
	first := run()
	if !slices.Equal(first, run()) {
		t.Error("the same seed struck elsewhere")
	}
	if n := len(first) - strings.Count(strings.Join(words(first), " "), "false"); n < 30 || n > 90 {
		t.Errorf("%d of 200 struck with probability 0.3", n)
	}
}

func words(bs []bool) []string {
	out := make([]string, len(bs))
	for i, b := range bs {
		out[i] = map[bool]string{true: "true", false: "false"}[b]
	}
	return out
}

func TestPanics(t *testing.T) {
	f := injector(t, Rule{Point: "step", Action: Panic, Nth: 1})
	defer func() {
		if fault, ok := recover().(*Injected); !ok || fault.Action != Panic {
			t.Error("no panic with the fault")
		}
	}()
	_ = f.At("step", "X")
}

func TestDelaysAndHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := injector(t, Rule{Point: "a", Action: Delay, Delay: time.Minute, Nth: 1},
			Rule{Point: "b", Action: Hang, Delay: time.Hour, Nth: 1}, Rule{Point: "c", Action: Hang, Nth: 1})
		start := time.Now()
		if err := f.At("a", ""); err != nil || time.Since(start) != time.Minute {
			t.Errorf("delayed by %v: %v", time.Since(start), err)
		}
		start = time.Now()
		if err := f.At("b", ""); err == nil || time.Since(start) != time.Hour {
			t.Errorf("hung for %v: %v", time.Since(start), err)
		}
		var done sync.WaitGroup
		done.Go(func() {
			if err := f.At("c", ""); err == nil {
				t.Error("what hung went on")
			}
		})
		synctest.Wait()
		f.Close()
		done.Wait()
	})
}

func TestRulesAreChecked(t *testing.T) {
	for want, r := range map[string]Rule{
		"no point":                {Action: Error, Nth: 1},
		"action":                  {Point: "a", Action: "explode", Nth: 1},
		"either nth or prob":      {Point: "a", Action: Error},
		"want either nth":         {Point: "a", Action: Error, Nth: 1, Probability: 1},
		"want 0 or more":          {Point: "a", Action: Error, Probability: 2},
		"delay 0s; want more":     {Point: "a", Action: Delay, Nth: 1},
		"nth -1 and probability ": {Point: "a", Action: Error, Nth: -1},
		"nth 0 and probability N": {Point: "a", Action: Error, Probability: math.NaN()},
		"limit 2; want 0 or more": {Point: "a", Action: Error, Nth: 1, Limit: 2},
		"want none with drop":     {Point: "a", Action: Drop, Nth: 1, Delay: time.Second},
		`match "a["; want a name`: {Point: "a", Match: "a[", Action: Error, Nth: 1},
	} {
		if _, err := New(1, r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want %q", r, err, want)
		}
	}
}

// TestOffIsFree: without an injector a point costs no allocation.
func TestOffIsFree(t *testing.T) {
	var off *Injector
	if n := testing.AllocsPerRun(100, func() { _ = off.At("step", "X") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	f := injector(t)
	if n := testing.AllocsPerRun(100, func() { _ = f.At("step", "X") }); n != 0 {
		t.Errorf("%v allocations without rules", n)
	}
	off.Close()
	if list, n := off.Strikes(); list != nil || n != 0 {
		t.Errorf("strikes without an injector: %v", list)
	}
}

// TestLimit: a rule with a probability strikes no more than its limit.
func TestLimit(t *testing.T) {
	f := injector(t, Rule{Point: "step", Action: Error, Probability: 1, Limit: 3})
	struck := 0
	for range 10 {
		if f.At("step", "X") != nil {
			struck++
		}
	}
	if s := f.Armed()[0]; struck != 3 || s.Struck != 3 || s.Matched != 10 {
		t.Errorf("struck %d times; told %+v", struck, s)
	}
}

// TestASeedRepeatsHoweverGoroutinesRun: which steps of a detail are struck does not
// depend on what other details do at the same time.
func TestASeedRepeatsHoweverGoroutinesRun(t *testing.T) {
	details := []string{"A", "B", "C", "D"}
	run := func(together bool) map[string][]int {
		f := injector(t, Rule{Point: "step", Action: Error, Probability: 0.2})
		var mu sync.Mutex
		var work sync.WaitGroup
		struck := make(map[string][]int)
		for _, d := range details {
			walk := func() {
				for i := range 500 {
					if f.At("step", d) != nil {
						mu.Lock()
						struck[d] = append(struck[d], i)
						mu.Unlock()
					}
				}
			}
			if together {
				work.Go(walk)
			} else {
				walk()
			}
		}
		work.Wait()
		return struck
	}
	want := run(false)
	got := run(true)
	for i, d := range details {
		if n := len(want[d]); n < 50 || n > 160 || !slices.Equal(want[d], got[d]) {
			t.Errorf("%s: struck at %v, then at %v", d, want[d], got[d])
		}
		if i > 0 && slices.Equal(want[d], want[details[0]]) {
			t.Errorf("%s and %s are struck at the same steps", d, details[0])
		}
	}
}

// TestArmAndDisarm: while others run, rules come, strike, and go; what hangs by one
// goes on when it goes.
func TestArmAndDisarm(t *testing.T) {
	f := injector(t)
	stop := make(chan struct{})
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_ = f.At("step", "X")
					_ = f.Armed()
				}
			}
		})
	}
	for range 200 {
		numbers, err := f.Arm(Rule{Point: "step", Action: Error, Probability: 0.5}, Rule{Point: "step", Action: Hang, Nth: 1})
		if err != nil {
			t.Fatal(err)
		}
		if n := f.Disarm(numbers...); n != 2 {
			t.Fatalf("%d rules disarmed, want 2", n)
		}
		if n := f.Disarm(numbers[0]); n != 0 {
			t.Fatalf("disarmed again: %d", n)
		}
	}
	close(stop)
	work.Wait()
	if err := f.At("step", "X"); err != nil || len(f.Armed()) != 0 {
		t.Errorf("%v, with %v armed", err, f.Armed())
	}
	if numbers, err := f.Arm(Rule{Point: "step", Action: Error, Nth: 1}); err != nil || numbers[0] != 401 {
		t.Errorf("numbers %v, %v; want 401, none is used twice", numbers, err)
	}
}

// TestDeclaredPoints: a rule for a point that isn't there is refused, and with it
// all rules that came along.
func TestDeclaredPoints(t *testing.T) {
	f := injector(t, Rule{Point: "write", Action: Error, Nth: 1})
	if err := f.Declare(Point{Name: "read"}); err == nil || !strings.Contains(err.Error(), `rule 1: point "write"; want one of read`) {
		t.Errorf("declared without the armed rule's point: %v", err)
	}
	if err := f.Declare(Point{Name: "read"}, Point{Name: "write"}); err != nil {
		t.Fatal(err)
	}
	_, err := f.Arm(Rule{Point: "read", Action: Error, Nth: 1}, Rule{Point: "raed", Action: Error, Nth: 1})
	if err == nil || !strings.Contains(err.Error(), `rule 1: point "raed"; want one of read, write`) || len(f.Armed()) != 1 {
		t.Errorf("%v, with %v armed", err, f.Armed())
	}
}

// BenchmarkNoRules is an injector that is on and has nothing to do.
func BenchmarkNoRules(b *testing.B) {
	f, err := New(1)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if f.At("step", "X") != nil {
			b.Fatal("struck")
		}
	}
}

func BenchmarkOff(b *testing.B) {
	var off *Injector
	for b.Loop() {
		if off.At("step", "X") != nil {
			b.Fatal("struck")
		}
	}
}
