package engine

import (
	"log/slog"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/supervisor/fault"
)

// injector gives what the configuration wants to fail, nil when faults are off.
func injector(c *configs.Config, logger *slog.Logger) (*fault.Injector, error) {
	if !c.Faults.Enabled {
		return nil, nil
	}
	rules := make([]fault.Rule, len(c.Faults.Rules))
	for i, r := range c.Faults.Rules {
		rules[i] = fault.Rule{
			Point: r.Point, Match: r.Match, Action: fault.Action(r.Action), Nth: r.Nth, Probability: r.Probability, Delay: r.Delay,
		}
	}
	logger.Warn("faults are injected into this node: it will fail on purpose; never trade with it", "rules", len(rules), "seed", c.Faults.Seed)
	return fault.New(c.Faults.Seed, rules...)
}
