package verify

import (
	"slices"

	"github.com/velox-trading/velox/sim/check"
)

const (
	// manyFindings are kept of a check while it is done again.
	manyFindings = 10_000
	// someFindings of a check are told in the report.
	someFindings = 10
)

// unsettled tells whether all that is wrong is that shards have not taken everything
// in.
func unsettled(r *check.Report) bool {
	return !r.OK && !slices.ContainsFunc(r.Results, func(result *check.Result) bool {
		return result.Found > 0 && !slices.Contains([]string{"frontiers", "answers", "orders"}, result.Check)
	})
}

// brief keeps the first findings of each check.
func brief(r *check.Report) *check.Report {
	for _, result := range r.Results {
		result.First = result.First[:min(len(result.First), someFindings)]
	}
	return r
}
