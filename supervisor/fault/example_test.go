package fault_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/velox-trading/velox/supervisor/fault"
)

// store is a program's part that may fail. In production its faults are nil, and
// the point costs nothing.
type store struct {
	faults *fault.Injector
	data   map[string]string
}

func (s *store) write(key, value string) error {
	if err := s.faults.At("write", key); err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	s.data[key] = value
	return nil
}

// A program is made to fail at one of its points, and shows what it makes of it.
func Example() {
	faults, err := fault.New(1, fault.Rule{Point: "write", Match: "account/", Action: fault.Error, Nth: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer faults.Close()
	s := &store{faults: faults, data: make(map[string]string)}
	for _, key := range []string{"account/1", "symbol/1", "account/2", "account/3"} {
		if err := s.write(key, "x"); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(len(s.data), "written")
	// Output:
	// write account/2: injected fault: error at write of account/2
	// 3 written
}

// Rules come and go while the program runs, and tell what they did.
func ExampleInjector_Arm() {
	faults, _ := fault.New(1)
	defer faults.Close()
	if err := faults.Declare(fault.Point{Name: "write", About: "before a value is stored"}); err != nil {
		fmt.Println(err)
	}
	_, err := faults.Arm(fault.Rule{Point: "rite", Action: fault.Error, Nth: 1})
	fmt.Println(err)
	numbers, _ := faults.Arm(fault.Rule{Point: "write", Action: fault.Drop, Probability: 1, Limit: 2})
	lost := 0
	for range 5 {
		if err := faults.At("write", "key"); errors.Is(err, fault.ErrDropped) {
			lost++
		}
	}
	status := faults.Armed()[0]
	fmt.Println(lost, "lost;", status.Matched, "matched,", status.Struck, "struck;", faults.Disarm(numbers...), "disarmed")
	// Output:
	// rule 0: point "rite"; want one of write
	// 2 lost; 5 matched, 2 struck; 1 disarmed
}

// A panic's value is an *Injected, which a supervisor can tell from a real one.
func ExampleInjector_At() {
	faults, _ := fault.New(1, fault.Rule{Point: "step", Action: fault.Panic, Nth: 1})
	defer func() {
		injected, ok := recover().(*fault.Injected)
		fmt.Println(ok, strings.ToUpper(injected.Point))
		// Output: true STEP
	}()
	_ = faults.At("step", "worker 7")
}
