package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestReplayNamesByExchange: the flag makes two symbols of one that trades on two
// exchanges; without it, the ticks of the second are dead letters.
func TestReplayNamesByExchange(t *testing.T) {
	file := filepath.Join(t.TempDir(), "two.csv")
	text := "symbol,exchange,timestamp_ms,price,volume\n"
	for i := range 10 {
		text += fmt.Sprintf("BTC,%s,%d,%d,0.5\n", []string{"SPOT", "PERP"}[i%2], 1704067200000+i*100, 100+i)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for flag, dead := range map[string]int{"--name-by-exchange": 0, "--name-by-exchange=false": 5} {
		code, stdout, stderr := call(t, "replay", "--node", "--speed", "max", "--json", flag,
			"--set", "broker.address=127.0.0.1:0", "--set", "http.address=", "--set", "node.status_every=0s", "--set", "log.level=error", file)
		var got struct {
			Calendars string `json:"calendars"`
			Node      struct {
				Updates     int `json:"updates"`
				DeadLetters int `json:"dead_letters"`
			} `json:"node"`
		}
		if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 || got.Node.DeadLetters != dead || got.Node.Updates != 10-dead {
			t.Errorf("%s gives %d: %s, %s, %v", flag, code, stdout, stderr, err)
		}
		if want := "PERP, SPOT have no calendars: their sessions are days of UTC, round the clock; calendars.file can give them some"; got.Calendars != want {
			t.Errorf("calendars %q, want %q", got.Calendars, want)
		}
	}
}
