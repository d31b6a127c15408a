package compiled

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/velox-trading/velox/trading/market"
	"github.com/velox-trading/velox/trading/spelling"
	"github.com/velox-trading/velox/trading/strategy"
)

// Place is where a strategy is deployed.
type Place struct {
	StrategyID string
	// Symbols are sorted, each once.
	Symbols   []string
	Timeframe market.Timeframe
}

// Constructor makes a strategy without history. It reads every parameter that there
// is from p, once each, whatever their values; what it makes of wrong ones is thrown
// away, so it may ignore that they are. It must be pure: no clock, no I/O.
type Constructor func(at Place, p *Parameters) strategy.Strategy

var registry = struct {
	sync.RWMutex
	constructors map[string]Constructor
}{constructors: make(map[string]Constructor)}

// Register makes a strategy known by a name of 1 to 100 lower case letters, digits
// and dashes. It is meant for init functions: a name that is not one, or is taken,
// panics.
func Register(name string, make Constructor) {
	registry.Lock()
	defer registry.Unlock()
	if name == "" || len(name) > 100 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		panic(fmt.Sprintf("compiled strategy %q: want a name of lower case letters, digits and dashes", name))
	}
	if make == nil || registry.constructors[name] != nil {
		panic(fmt.Sprintf("compiled strategy %q: registered twice, or without a constructor", name))
	}
	registry.constructors[name] = make
}

// Names lists what is registered, sorted.
func Names() []string {
	registry.RLock()
	defer registry.RUnlock()
	names := make([]string, 0, len(registry.constructors))
	for name := range registry.constructors {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// New makes the strategy of a name. The error says what is wrong with the name or
// with each parameter, and what is allowed.
func New(name string, at Place, parameters map[string]string) (strategy.Strategy, error) {
	registry.RLock()
	construct := registry.constructors[name]
	registry.RUnlock()
	if construct == nil {
		return nil, fmt.Errorf("no compiled strategy is named %q: %s", name, WantName(name))
	}
	at.Symbols = slices.Compact(slices.Sorted(slices.Values(at.Symbols)))
	p := &Parameters{given: parameters}
	s := construct(at, p)
	if err := p.err(); err != nil {
		return nil, fmt.Errorf("compiled strategy %s: %w", name, err)
	}
	if s == nil {
		return nil, fmt.Errorf("compiled strategy %s: its constructor gave none", name)
	}
	return s, nil
}

// WantName says for a name that is not registered what was probably meant, and what
// there is.
func WantName(name string) string {
	return spelling.Hint(name, Names()) + "this build has " + listOf(Names())
}

func listOf(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
