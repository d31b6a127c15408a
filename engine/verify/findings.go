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

// settling are the checks that miss what shards have not taken in yet.
var settling = []string{"frontiers", "answers", "orders"}

// unsettled tells whether all that is wrong is that shards have not taken everything
// in.
func unsettled(r *check.Report) bool {
	return !r.OK && !slices.ContainsFunc(r.Results, func(result *check.Result) bool {
		return result.Found > 0 && !slices.Contains(settling, result.Check)
	})
}

// lasting gives the later of two reports, which stays as it is, without what no more than
// one of them has found, save by the checks that miss what is to come.
func lasting(earlier, later *check.Report) *check.Report {
	copied := &check.Report{}
	for _, result := range later.Results {
		c := *result
		c.First = slices.Clone(c.First)
		copied.Add(&c)
	}
	twice, out := check.Confirmed(earlier, copied), &check.Report{Records: later.Records}
	for i, result := range later.Results {
		if slices.Contains(settling, result.Check) {
			out.Add(result)
		} else {
			out.Add(twice.Results[i])
		}
	}
	return out
}

// brief keeps the first findings of each check.
func brief(r *check.Report) *check.Report {
	for _, result := range r.Results {
		result.First = result.First[:min(len(result.First), someFindings)]
	}
	return r
}
