package indicator

import (
	"cmp"
	"slices"
)

// kinds is the one table of all indicators, sorted by name. Its parts are those of
// TA-Lib's groups, and Velox's own.
var kinds = table(map[string][]Kind{
	"overlap":    overlapKinds,
	"momentum":   momentumKinds,
	"volatility": volatilityKinds,
	"volume":     volumeKinds,
	"price":      priceKinds,
	"levels":     levelKinds,
	"statistics": statisticsKinds,
	"pattern":    patternKinds,
})

func table(groups map[string][]Kind) []Kind {
	var all []Kind
	for group, list := range groups {
		for _, k := range list {
			k.Group = group
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b Kind) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Groups lists the groups of indicators, in the order of the page.
func Groups() []string {
	return []string{"overlap", "momentum", "volatility", "volume", "price", "statistics", "pattern", "levels"}
}

// Kinds lists all kinds, sorted by name. What it gives must not be changed.
func Kinds() []Kind { return slices.Clone(kinds) }

// maxPeriods is the most bars that a parameter counts.
const maxPeriods = 10_000

// periods is the parameter of most indicators: a number of bars.
func periods(name string, def float64) Parameter {
	return Parameter{Name: name, Default: def, Min: 1, Max: maxPeriods, Whole: true}
}

func atLeast(p Parameter, least float64) Parameter {
	p.Min = least
	return p
}

func atMost(p Parameter, most float64) Parameter {
	p.Max = most
	return p
}

func byDefault(p Parameter, def float64) Parameter {
	p.Default = def
	return p
}
