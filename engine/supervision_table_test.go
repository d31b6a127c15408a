package engine

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/supervisor/fault"
)

// promise is one row of the table in docs/supervision.md, for one actor and one
// action.
type promise struct {
	line                       int
	point, of, action, strikes string
	restarts                   map[string]int
	keep                       string
	dead                       int
	quarantined, result        string
	exit                       int
}

func (p *promise) String() string {
	return fmt.Sprintf("line %d: %s of %s, %s, %s", p.line, p.point, p.of, p.action, p.strikes)
}

// The intensities of the tests: what E, T and S of the table stand for.
const (
	mostEntity   = 5
	mostStrategy = 4
	mostShard    = 2
)

var tableHeads = []string{"point", "of", "action", "strikes", "restarts", "keep their state", "dead letters", "quarantined", "result", "exit"}

// words are what the cells of some columns may say.
var tableWords = map[string][]string{
	"of":     {"symbol", "account", "strategy", "symbol shard", "account shard", "venue session", "feed"},
	"action": {"panic", "error", "drop", "delay", "hang shortly", "hang too long", "hang for ever"},
	"strikes": {
		"once", "at its start", "at a message", "when it is saved", "when it is restored", "always", "more often than its intensity",
		"twice on one input", "once, in a replay", "twice on one input, in a replay",
	},
	"keep their state": {"all", "all others", "other shards", "none"},
	"quarantined":      {"-", "input", "strategy"},
	"result":           {"same", "all but it", "waits", "ends", "order rejected", "order asked for", "order accepted", "order waits"},
}

// promises reads the table: a cell that it can't interpret is an error.
func promises(t *testing.T, page string) []*promise {
	t.Helper()
	var out []*promise
	at := -1
	for i, line := range strings.Split(page, "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		switch {
		case strings.Join(cells, "|") == strings.Join(tableHeads, "|"):
			at = i
		case at < 0 || !strings.HasPrefix(line, "|"):
			if at >= 0 && len(out) > 0 {
				return out
			}
		case i == at+1: // the rule under the heads
		default:
			rows, err := readRow(i+1, cells)
			if err != nil {
				t.Errorf("docs/supervision.md:%d: %v", i+1, err)
			}
			out = append(out, rows...)
		}
	}
	return out
}

func readRow(line int, cells []string) ([]*promise, error) {
	if len(cells) != len(tableHeads) {
		return nil, fmt.Errorf("%d cells, want %d", len(cells), len(tableHeads))
	}
	row := make(map[string]string)
	for i, head := range tableHeads {
		row[head] = cells[i]
		words, closed := tableWords[head]
		for _, w := range split(head, cells[i]) {
			if closed && !slices.Contains(words, w) {
				return nil, fmt.Errorf("%s: %q; want one of %q", head, w, words)
			}
		}
	}
	if !slices.ContainsFunc(configs.FaultPoints(), func(p fault.Point) bool { return p.Name == row["point"] }) {
		return nil, fmt.Errorf("point %q is none", row["point"])
	}
	restarts, err := readRestarts(row["restarts"])
	if err != nil {
		return nil, err
	}
	dead, err := strconv.Atoi(row["dead letters"])
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	code := 0
	if row["exit"] != "-" {
		if code, err = strconv.Atoi(row["exit"]); err != nil {
			return nil, fmt.Errorf("exit: %w", err)
		}
	}
	if (code != 0) != (row["result"] == "ends") || (code != 0) != (row["keep their state"] == "none") {
		return nil, fmt.Errorf("exit %s, result %s, keep their state %s don't fit", row["exit"], row["result"], row["keep their state"])
	}
	var out []*promise
	for _, of := range split("of", row["of"]) {
		for _, action := range split("action", row["action"]) {
			out = append(out, &promise{
				line: line, point: row["point"], of: of, action: action, strikes: row["strikes"], restarts: restarts,
				keep: row["keep their state"], dead: dead, quarantined: row["quarantined"], result: row["result"], exit: code,
			})
		}
	}
	return out, nil
}

// split gives the words of a cell that may list several.
func split(head, cell string) []string {
	if head == "of" || head == "action" {
		return strings.Split(cell, ", ")
	}
	return []string{cell}
}

var restartsCell = regexp.MustCompile(`^(symbol|account|strategy|shard) (\d+|E|T|S|2\+S|E×\(S\+1\))$`)

// readRestarts reads "none", or such as "symbol E, shard 1".
func readRestarts(cell string) (map[string]int, error) {
	amounts := map[string]int{"E": mostEntity, "T": mostStrategy, "S": mostShard, "2+S": 2 + mostShard, "E×(S+1)": mostEntity * (mostShard + 1)}
	out := make(map[string]int)
	if cell == "none" {
		return out, nil
	}
	for _, part := range strings.Split(cell, ", ") {
		m := restartsCell.FindStringSubmatch(part)
		if m == nil {
			return nil, fmt.Errorf("restarts: %q; want none, or an actor and how often, such as symbol 1", part)
		}
		n, ok := amounts[m[2]]
		if !ok {
			n, _ = strconv.Atoi(m[2]) // the expression lets through only digits
		}
		out[m[1]] = n
	}
	return out, nil
}

// TestSupervisionTable makes every fault of the table happen, to every actor and
// with every action that it names, and sees that what it promises comes of it.
func TestSupervisionTable(t *testing.T) {
	page, err := os.ReadFile("../docs/supervision.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := promises(t, string(page))
	for _, point := range configs.FaultPoints() {
		if !slices.ContainsFunc(rows, func(p *promise) bool { return p.point == point.Name }) {
			t.Errorf("docs/supervision.md says nothing of faults at the point %s", point.Name)
		}
	}
	want := faultless(t)
	t.Run("rows", func(t *testing.T) {
		for _, p := range rows {
			t.Run(p.String(), func(t *testing.T) {
				t.Parallel()
				switch p.of {
				case "feed":
					p.feed(t)
				case "venue session":
					p.venue(t)
				default:
					p.shards(t, want[p.moves()])
				}
			})
		}
	})
}

// TestRowsThatCannotBeRun: a row with a word that the test doesn't know fails.
func TestRowsThatCannotBeRun(t *testing.T) {
	const good = "step | symbol | panic | once | symbol 1 | all others | 0 | - | same | -"
	if rows, err := readRow(1, strings.Split(good, " | ")); err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	for i, bad := range []string{"stumble", "tick", "explode", "now and then", "symbol often", "some", "few", "all", "fine", "maybe"} {
		cells := strings.Split(good, " | ")
		cells[i] = bad
		if _, err := readRow(1, cells); err == nil {
			t.Errorf("%v is taken", cells)
		}
	}
}
