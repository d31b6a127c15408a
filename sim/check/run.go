package check

import "github.com/velox-trading/velox/messages"

// checks are all that are made of one log, in the order of the report.
var checks = []struct {
	name, promise string
	run           func(*facts, *Result)
}{
	{"stable", "no transaction is open: the last stable offset is the high watermark everywhere", checkStable},
	{"doubled", "nothing was written twice for one cause; an update that repeats has the same bytes", checkDoubled},
	{"whole", "of what an input has caused nothing is missing", checkWhole},
	{"passed on", "what came to another partition than its key's home is there once", checkPassed},
	{"letters", "what can't be taken in has a dead letter with its reason, and nothing else has", checkLetters},
	{"order", "outputs are in the order of their causes", checkOrder},
	{"origins", "what caused an output is in the log", checkOrigins},
	{"ids", "no two things share an id", checkIDs},
	{"answers", "every signal, order command and fill has its answer", checkAnswers},
	{"rules", "a plain strategy signals what its rules say, and nothing else", checkRules},
	{"orders", "every order lives by the rules and is in one known state", checkOrders},
	{"accounts", "what the states of accounts hold and have open is what was told", checkAccounts},
	{"positions", "every position is the sum of its fills", checkPositions},
	{"causing", "no paper order fills at the tick that caused it", checkCausing},
	{"fills", "every paper order trades at the first tick that gives it what it asks for", checkFills},
	{"stops", "what an entry has opened is left at the first tick that touches its stop or target", checkStops},
	{"prices", "every paper fill is at a price of the market", checkPrices},
	{"frontiers", "frontiers, entities and published offsets agree with each other and with the log", checkFrontiers},
	{"candles", "every tick is in the updates, and candles and indicators are the oracle's", checkCandles},
}

// needsTicks are the checks that follow every tick and its updates.
var needsTicks = map[string]bool{"candles": true, "fills": true, "stops": true}

// Names names all checks: those of Log, and the two of Same.
func Names() []string {
	names := []string{readable, sameOutputs, sameStates}
	for _, c := range checks {
		names = append(names, c.name)
	}
	return names
}

// The names of the checks that no table has.
const (
	readable    = "readable"
	sameOutputs = "same outputs"
	sameStates  = "same states"
)

// Log checks one log. progress, if not nil, is told of each partition that was
// read. The error is of reading, never of what was found.
func Log(s *Subject, progress func(messages.TopicPartition)) (*Report, error) {
	f, err := read(s, progress)
	if err != nil {
		return nil, err
	}
	return f.report(), nil
}

func (f *facts) report() *Report {
	r := &Report{Records: f.records}
	r.Add(&f.unreadable)
	for _, c := range checks {
		if c.name == "stable" && f.subject.Live {
			continue // transactions come and go
		}
		if needsTicks[c.name] && f.subject.Candles == nil || c.name == "rules" && f.subject.Moments == nil {
			continue // left out, as its user tells
		}
		result := &Result{Check: c.name, Promise: c.promise, keep: f.subject.Keep}
		if needsTicks[c.name] && f.then.others != "" {
			result.note("left out: %s", f.then.others)
		} else {
			c.run(f, result)
		}
		r.Add(result)
	}
	return r
}
