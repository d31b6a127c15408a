package engine

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/supervisor/fault"
)

// TestFeedReadFault: a feed that fails ends the node, and the error says where.
func TestFeedReadFault(t *testing.T) {
	c := settings(t, map[string]string{
		"broker.address": "127.0.0.1:0", "http.address": "", "node.status_every": "0s",
		"simulate.enabled": "true", "simulate.hours": "0.01", "simulate.symbols": "3",
	})
	c.Faults = configs.Faults{Enabled: true, Seed: 1, Rules: []configs.FaultRule{{Point: "feed read", Action: "error", Nth: 5}}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := Run(ctx, c, RunOptions{Out: io.Discard, Logger: discard()})
	if injected := (*fault.Injected)(nil); !errors.As(err, &injected) || injected.Point != "feed read" || !strings.Contains(err.Error(), "tick 5") {
		t.Errorf("the node ended with %v, want the fault of its feed at tick 5", err)
	}
}

// answerOf sends a request to a node's pages and gives the status and the document.
func answerOf(t *testing.T, n *node, method, path, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+n.listener.Addr().String()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// TestFaultsOfARunningNode: with faults.admin a rule armed over HTTP strikes the
// running shards, which come back; the start says so.
func TestFaultsOfARunningNode(t *testing.T) {
	c := settings(t, map[string]string{"broker.address": "127.0.0.1:0", "http.address": "127.0.0.1:0", "faults.admin": "true"})
	n := readyNode(t, c)
	var greeting strings.Builder
	n.greet(&greeting)
	if !strings.Contains(greeting.String(), "/admin/faults: this node may be made to fail on purpose") {
		t.Errorf("the node says %s", &greeting)
	}
	for want, body := range map[int]string{
		http.StatusBadRequest: `{"point": "comit", "action": "error", "nth": 1}`,
		http.StatusCreated:    `{"point": "fetch", "match": "symbol/", "action": "error", "probability": 1, "limit": 3}`,
	} {
		if code, text := answerOf(t, n, http.MethodPost, faultsPath, body); code != want {
			t.Errorf("%s: %d %s", body, code, text)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		if _, text := answerOf(t, n, http.MethodGet, faultsPath, ""); strings.Contains(text, `"struck": 3`) {
			break
		}
		if ctx.Err() != nil {
			t.Fatal("the rule never strikes")
		}
	}
	if err := n.shards.Ready(ctx); err != nil {
		t.Error(err)
	}
	if code, text := answerOf(t, n, http.MethodDelete, faultsPath, ""); code != http.StatusOK || !strings.Contains(text, `"disarmed": 1`) {
		t.Errorf("%d %s", code, text)
	}
}

// TestFaultsCannotBeArmed: without faults.admin, also when faults are enabled by
// the configuration, the node refuses and says what would allow it.
func TestFaultsCannotBeArmed(t *testing.T) {
	c := settings(t, map[string]string{"broker.address": "127.0.0.1:0", "http.address": "127.0.0.1:0", "faults.enabled": "true"})
	n := readyNode(t, c)
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		code, text := answerOf(t, n, method, faultsPath, `{"point": "commit", "action": "error", "nth": 1}`)
		if code != http.StatusForbidden || !strings.Contains(text, "faults.admin: true") || !json.Valid([]byte(text)) {
			t.Errorf("%s: %d %s", method, code, text)
		}
	}
	if armed := n.faults.Armed(); len(armed) != 0 {
		t.Errorf("armed: %v", armed)
	}
}

// TestFaultsFromOtherOrigins: a page of another origin can't arm faults.
func TestFaultsFromOtherOrigins(t *testing.T) {
	f, err := fault.New(1)
	if err != nil {
		t.Fatal(err)
	}
	h := faultsPage(&configs.Config{Faults: configs.Faults{Admin: true}}, f)
	request := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8090"+faultsPath, strings.NewReader(`{"point": "commit", "action": "error", "nth": 1}`))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", "http://elsewhere.example")
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, request)
	if answer.Code != http.StatusForbidden || len(f.Armed()) != 0 || !json.Valid(answer.Body.Bytes()) || !strings.Contains(answer.Body.String(), "another origin") {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

// TestMatchesOfActors: a symbol is struck by its name, an account by its user's, and a
// strategy by its id and by its account's and its own name; nobody else is.
func TestMatchesOfActors(t *testing.T) {
	r := newTroupe(t)
	r.start()
	want := map[string]string{
		struckSymbol: struckSymbol, struckUser: struckUser, struckStrategy: struckStrategy + " = " + struckUser + "/often",
		struckUser + "/seldom": "seldom001 = " + struckUser + "/seldom", "user002/*": " = user002/", "symbol/": "", "user00": "",
	}
	r.play(func() {
		for match := range want {
			if _, err := r.faults.Arm(fault.Rule{Point: "step", Match: match, Action: fault.Delay, Delay: time.Millisecond, Nth: 1}); err != nil && want[match] != "" {
				t.Error(err)
			} else if err == nil && match == "symbol/" {
				t.Error("a rule that never strikes is armed")
			}
		}
	})
	r.settle()
	strikes, _ := r.faults.Strikes()
	told := make(map[int64]string)
	for _, s := range strikes {
		told[s.Rule] = s.Detail
	}
	for _, armed := range r.faults.Armed() {
		if got, want := told[armed.Number], want[armed.Rule.Match]; (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s strikes %q, want %q", armed.Rule.Match, got, want)
		}
	}
	r.stop()
}

// TestPointsAreThoseOfTheConfiguration: what a rule in a file may name is what can
// be armed, and what the code asks at.
func TestPointsAreThoseOfTheConfiguration(t *testing.T) {
	field, _ := reflect.TypeOf(configs.FaultRule{}).FieldByName("Point")
	var names []string
	for _, p := range configs.FaultPoints() {
		names = append(names, p.Name)
		if p.About == "" {
			t.Errorf("point %s says nothing of itself", p.Name)
		}
	}
	inFiles := strings.Split(field.Tag.Get("oneof"), ",")
	slices.Sort(names)
	slices.Sort(inFiles)
	if !slices.Equal(names, inFiles) {
		t.Errorf("points %q, in the configuration %q", names, inFiles)
	}
}
