package scenario

// alignMost bounds the work of finding the best alignment of lines and events; what
// is more is compared one by one.
const alignMost = 1 << 20

// align holds the events of a kind against its lines, in their order. When they
// don't agree it finds the alignment in which most of them do, so that one event
// too many is told as just that.
func align(wants []Want, events []*event) []Problem {
	for len(wants) > 0 && len(events) > 0 && events[0].differs(wants[0].Words) == "" {
		wants, events = wants[1:], events[1:]
	}
	var bad []Problem
	i, k := 0, 0
	for _, pair := range agreement(wants, events) {
		bad = append(bad, mismatches(wants[i:pair[0]], events[k:pair[1]])...)
		i, k = pair[0]+1, pair[1]+1
	}
	return append(bad, mismatches(wants[i:], events[k:])...)
}

// agreement gives the longest rising list of pairs of lines and events that agree.
func agreement(wants []Want, events []*event) [][2]int {
	n, m := len(wants), len(events)
	if n*m == 0 || n*m > alignMost {
		return nil
	}
	longest := make([][]int, n+1) // of wants from i and events from k
	for i := range longest {
		longest[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for k := m - 1; k >= 0; k-- {
			longest[i][k] = max(longest[i+1][k], longest[i][k+1])
			if events[k].differs(wants[i].Words) == "" {
				longest[i][k] = max(longest[i][k], 1+longest[i+1][k+1])
			}
		}
	}
	var pairs [][2]int
	for i, k := 0, 0; i < n && k < m; {
		switch longest[i][k] {
		case longest[i+1][k]:
			i++
		case longest[i][k+1]:
			k++
		default:
			pairs = append(pairs, [2]int{i, k})
			i, k = i+1, k+1
		}
	}
	return pairs
}

// mismatches compares lines and events one by one.
func mismatches(wants []Want, events []*event) []Problem {
	var bad []Problem
	for i := range max(len(wants), len(events)) {
		switch {
		case i >= len(wants):
			bad = append(bad, Problem{Why: "not expected", Have: events[i].String()})
		case i >= len(events):
			bad = append(bad, Problem{Line: wants[i].Line, Why: "did not happen", Want: wants[i].String()})
		default:
			if why := events[i].differs(wants[i].Words); why != "" {
				bad = append(bad, Problem{Line: wants[i].Line, Why: why, Want: wants[i].String(), Have: events[i].String()})
			}
		}
	}
	return bad
}
