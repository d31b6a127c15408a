package engine

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/supervisor/fault"
)

// injector gives what the configuration wants to fail, nil when faults are off.
func injector(c *configs.Config, logger *slog.Logger) (*fault.Injector, error) {
	if !c.Faults.Enabled && !c.Faults.Admin {
		return nil, nil
	}
	var rules []fault.Rule
	if c.Faults.Enabled {
		for _, r := range c.Faults.Rules {
			rules = append(rules, fault.Rule{
				Point: r.Point, Match: r.Match, Action: fault.Action(r.Action), Nth: r.Nth, Probability: r.Probability,
				Limit: r.Limit, Delay: r.Delay,
			})
		}
		logger.Warn("faults are injected into this node: it will fail on purpose; never trade with it", "rules", len(rules), "seed", c.Faults.Seed)
	}
	if c.Faults.Admin {
		logger.Warn("faults.admin is on: whoever reaches the http pages can make this node fail on purpose; never trade with it",
			"address", c.HTTP.Address, "path", faultsPath)
	}
	f, err := fault.New(c.Faults.Seed, rules...)
	return f, errors.Join(err, f.Declare(configs.FaultPoints()...))
}

// faultsPath is where the armed rules are shown and changed.
const faultsPath = "/admin/faults"

// faultsPage arms faults in a running node, when the configuration lets it: a page
// of another origin, open in the browser of whoever may reach the node, never.
func faultsPage(c *configs.Config, f *fault.Injector) http.Handler {
	if !c.Faults.Admin {
		return forbid("arming faults is off on this node; to turn it on, start it with faults.admin: true " +
			"in its configuration (VELOX_FAULTS_ADMIN=true in the environment), and never trade with it")
	}
	p := http.NewCrossOriginProtection()
	p.SetDenyHandler(forbid("a page of another origin may not arm faults; ask without a browser, such as with curl"))
	return p.Handler(f.Handler())
}

// forbid answers every request with 403 and the reason.
func forbid(reason string) http.Handler {
	text, _ := json.Marshal(map[string]string{"error": reason}) // texts always can be
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write(append(slices.Clip(text), '\n')) // the asker has gone; there is no one to tell
	})
}
