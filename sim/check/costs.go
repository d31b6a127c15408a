package check

import (
	"cmp"
	"encoding/json"

	"github.com/velox-trading/velox/messages"
)

// method is how an account takes what closes have cost: the average, or, with fifo, what
// the oldest part has. It is known at the log's times in [fromMs, untilMs).
type method struct {
	fifo            bool
	fromMs, untilMs int64
}

// at gives the method at a time of the log, and whether it is known. An account that no
// command opens has the average.
func (m *method) at(timeMs int64) (fifo, known bool) {
	if m == nil {
		return false, true
	}
	return m.fifo, timeMs >= m.fromMs && (m.untilMs == 0 || timeMs < m.untilMs)
}

// methods gives those of the accounts: of the first OPEN_ACCOUNT that was carried out, until
// one asks for another, for between which updates it was taken in is not in the log. Where
// commands are deleted it is the state's, from the first that is left on, unless one of
// these is an OPEN_ACCOUNT, whatever it asks for.
func (f *facts) methods(out *Result) map[string]*method {
	all := make(map[string]*method)
	for user, a := range f.saved() {
		if horizon := f.horizonAt(messages.TopicCommands, user); horizon > 0 {
			all[user] = &method{fifo: a.Cost == costFIFO, fromMs: horizon}
		}
	}
	changed := 0
	for c := range f.accepted() {
		if c.Type != "OPEN_ACCOUNT" {
			continue
		}
		var data struct {
			Cost string `json:"cost"`
		}
		_ = json.Unmarshal(c.Data, &data) // it was carried out: it has none, or can be read
		m := all[c.UserID]
		switch fifo := cmp.Or(data.Cost, "average") == costFIFO; {
		case m == nil:
			all[c.UserID] = &method{fifo: fifo}
		case m.untilMs > 0: // it isn't known already
		case m.fromMs > 0:
			changed++
			m.untilMs = 1 // the state's may be what it was changed to by this one, sometime
		case m.fifo != fifo:
			changed++
			m.untilMs = max(1, c.timeMs-settling.Milliseconds())
		}
	}
	if changed > 0 {
		out.note("%d accounts have changed how closes cost, or may have, for commands are deleted: since then only their cost and profit together are held against the fills", changed)
	}
	return all
}

const costFIFO = "fifo"
