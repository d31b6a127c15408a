package configs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/velox-trading/velox/supervisor/fault"
)

// FaultPoints are the places at which a node can be made to fail, with what a rule's
// match may name at each; docs/supervision.md says what comes of it.
func FaultPoints() []fault.Point {
	ofShard := func(name, about string) fault.Point {
		return fault.Point{Name: name, About: about + "; match: a shard, such as symbol/3 or account/", Never: noShard}
	}
	ofEntity := func(name, about, match string) fault.Point {
		return fault.Point{Name: name, About: about + "; match: " + match, Never: func(pattern string) error {
			if strings.HasPrefix(pattern, "symbol/") || strings.HasPrefix(pattern, "account/") {
				return fmt.Errorf("a shard is struck at open, restore, fetch, decode, commit, produce or end transaction; want %s", match)
			}
			return nil
		}}
	}
	const actors = "a symbol, a user_id, a strategy_id, or a strategy as user_id/name"
	return []fault.Point{
		ofShard("open", "before a shard fences its earlier owners"),
		ofShard("restore", "before a shard reads its state"),
		ofShard("fetch", "before a shard polls its inputs"),
		ofShard("decode", "before a shard decodes a record"),
		ofEntity("receive", "before a symbol, account or strategy takes a message", actors),
		ofEntity("step", "before a symbol, account or strategy takes inputs in", actors),
		ofShard("commit", "before a shard commits"),
		ofShard("produce", "before a shard writes the records of a commit, or updates"),
		ofShard("end transaction", "when the records of a commit are written, before it ends"),
		ofEntity("venue call", "before an order, cancel, change or question goes to a venue", "a user_id"),
		ofEntity("feed read", "before a tick of the simulated market is written", "a symbol"),
	}
}

// mostPartitions is how many partitions a topic of Velox may have for a rule to name
// one: more than Kafka takes well.
const mostPartitions = 10_000

// noShard says why a match names no shard; nil: it does.
func noShard(match string) error {
	for _, kind := range []string{"symbol", "account"} {
		for partition := range mostPartitions {
			if fault.Matches(match, fmt.Sprint(kind, "/", partition)) {
				return nil
			}
		}
	}
	return errors.New("want a shard: symbol/3 or account/0 for one, symbol/ or account/ for all of a kind")
}

func (c *checker) faults(f *Faults) {
	for i, r := range f.Rules {
		c.faultRule(fmt.Sprintf("faults.rules[%d]", i), r)
	}
	if len(f.Rules) > 0 && !f.Enabled {
		c.warnings = append(c.warnings, problemAt(c.blame("faults.rules"), "faults.rules", "", "nothing arms these rules, for faults.enabled is false: "+
			"set it to true (VELOX_FAULTS_ENABLED=true in the environment) in a test of a cluster, or leave them out"))
	}
}

func (c *checker) faultRule(path string, r FaultRule) {
	switch {
	case r.Nth == 0 && r.Probability == 0:
		c.report(path, "", "want nth or probability")
	case r.Nth > 0 && r.Probability > 0:
		c.report(path, "", "want nth or probability, not both")
	}
	if r.Action == "delay" && r.Delay == 0 {
		c.report(path+".delay", "0s", "want more than 0s for the action delay")
	}
	if r.Delay > 0 && (r.Action == "panic" || r.Action == "error" || r.Action == "drop") {
		c.report(path+".delay", r.Delay.String(), fmt.Sprintf("want none for the action %s, which doesn't wait", r.Action))
	}
	if r.Limit > 0 && r.Nth > 0 {
		c.report(path+".limit", fmt.Sprint(r.Limit), "want none with nth, which strikes once")
	}
	for _, p := range FaultPoints() {
		if p.Name == r.Point {
			if err := p.Takes(r.Match); err != nil {
				c.report(path+".match", r.Match, err.Error())
			}
		}
	}
}
