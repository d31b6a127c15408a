package fault

import (
	"errors"
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
	if list, n := f.Strikes(); n != 1 || len(list) != 1 || list[0].Rule != 0 || list[0].Point != "commit" {
		t.Errorf("strikes are %v, %d", list, n)
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
	off.Close()
	if list, n := off.Strikes(); list != nil || n != 0 {
		t.Errorf("strikes without an injector: %v", list)
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
