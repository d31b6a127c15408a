package actors

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
)

// shared is a log's text that goroutines write to.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestChangedSettingsAreTold: state that was made with other calendars, or another
// rule of late ticks, is told; with the same it isn't.
func TestChangedSettingsAreTold(t *testing.T) {
	k := newKit(t, nil)
	run := func(change func(*Config)) bool {
		c, log := k.config(), &shared{}
		c.Logger = slog.New(slog.NewTextHandler(log, nil))
		change(&c)
		node := k.start(c)
		node.Assigned(&member{}, messages.SymbolShard, allTicks)
		k.ready(node)
		k.stop(node)
		return strings.Contains(log.text(), "the settings of symbols have changed")
	}
	same := func(*Config) {}
	for range 2 {
		if run(same) {
			t.Error("settings that are the same are told as changed")
		}
	}
	for name, change := range map[string]func(*Config){
		"a calendar": func(c *Config) { c.Symbols.Calendars = market.Calendars{"NSE": market.NSE(), "BSE": market.NSE()} },
		"amending":   func(c *Config) { c.Symbols.Amend = time.Second },
	} {
		if !run(change) {
			t.Errorf("%s has changed, and nothing is told", name)
		}
		run(same) // back
	}
}
