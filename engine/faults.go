package engine

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/supervisor/fault"
)

// faultPoints are the places at which a node can be made to fail; docs/supervision.md
// says what comes of it.
func faultPoints() []fault.Point {
	return []fault.Point{
		{Name: "open", About: "before a shard fences its earlier owners; of the shard"},
		{Name: "restore", About: "before a shard reads its state; of the shard"},
		{Name: "fetch", About: "before a shard polls its inputs; of the shard"},
		{Name: "decode", About: "before a shard decodes a record; of the shard"},
		{Name: "receive", About: "before a symbol, account or strategy takes a message; of the same"},
		{Name: "step", About: "before a symbol, account or strategy takes inputs in; of the same"},
		{Name: "commit", About: "before a shard commits; of the shard"},
		{Name: "produce", About: "before a shard writes the records of a commit, or updates; of the shard"},
		{Name: "end transaction", About: "when the records of a commit are written, before it ends; of the shard"},
		{Name: "venue call", About: "before an order, cancel, change or question goes to a venue; of the account"},
		{Name: "feed read", About: "before a tick of a feed is written; of the symbol"},
	}
}

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
	return f, errors.Join(err, f.Declare(faultPoints()...))
}

// faultsPath is where the armed rules are shown and changed.
const faultsPath = "/admin/faults"

// faultsPage arms faults in a running node, when the configuration lets it: a page
// of another origin, open in the browser of whoever may reach the node, never.
func faultsPage(c *configs.Config, f *fault.Injector) http.Handler {
	if c.Faults.Admin {
		return http.NewCrossOriginProtection().Handler(f.Handler())
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"error": "arming faults is off on this node; to turn it on, start it with faults.admin: true ` +
			`in its configuration (VELOX_FAULTS_ADMIN=true in the environment), and never trade with it"}` + "\n"))
	})
}
