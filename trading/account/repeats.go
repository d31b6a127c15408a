package account

import (
	"encoding/json"

	"github.com/velox-trading/velox/trading/ident"
)

// idLog remembers the last ids that it was given, of long ones a digest: thousands of
// those would be no record. Its JSON is the list of ids, oldest first.
type idLog struct {
	limit    int
	ids      []string // a ring once it is full
	next     int
	seen     map[string]struct{}
	revision int64
	// saved is the JSON, nil when it is to be made anew: the list is long, seldom
	// changes, and is asked for with every checkpoint.
	saved []byte
}

func newIDLog(limit int) *idLog {
	return &idLog{limit: limit, seen: make(map[string]struct{})}
}

// maxIDBytes is how long an id is remembered as it is.
const maxIDBytes = 64

func digested(id string) string {
	if len(id) <= maxIDBytes {
		return id
	}
	return ident.Derive("long id", id)
}

func (l *idLog) has(id string) bool {
	_, ok := l.seen[digested(id)]
	return ok
}

func (l *idLog) add(id string) {
	if id = digested(id); l.has(id) {
		return
	}
	l.revision++
	l.saved = nil
	l.seen[id] = struct{}{}
	if len(l.ids) < l.limit {
		l.ids = append(l.ids, id)
		return
	}
	delete(l.seen, l.ids[l.next])
	l.ids[l.next] = id
	l.next = (l.next + 1) % l.limit
}

// list gives the ids, oldest first.
func (l *idLog) list() []string {
	return append(append(make([]string, 0, len(l.ids)), l.ids[l.next:]...), l.ids[:l.next]...)
}

func (l *idLog) save() ([]byte, error) {
	if l.saved != nil {
		return l.saved, nil
	}
	b, err := json.Marshal(l.list())
	if err != nil {
		return nil, err
	}
	l.saved = b
	return b, nil
}

func (l *idLog) load(b []byte) error {
	var ids []string
	if err := json.Unmarshal(b, &ids); err != nil {
		return err
	}
	for _, id := range ids {
		l.add(id)
	}
	return nil
}
