package fault

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// call sends a request and gives the answer's status and document.
func call(t *testing.T, h http.Handler, method, target, body string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var document map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &document); err != nil || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%s %s answers %q, %v", method, target, w.Body, err)
	}
	return w.Code, document
}

func TestRulesOverHTTP(t *testing.T) {
	f := injector(t)
	if err := f.Declare(Point{Name: "write", About: "before a value is stored"}, Point{Name: "read"}); err != nil {
		t.Fatal(err)
	}
	h := f.Handler()
	if code, d := call(t, h, "GET", "/faults", ""); code != 200 || len(d["points"].([]any)) != 2 || len(d["rules"].([]any)) != 0 {
		t.Errorf("%d %v", code, d)
	}
	code, d := call(t, h, "POST", "/faults", `{"point": "write", "match": "X?", "action": "error", "probability": 1, "limit": 2}`)
	if numbers, _ := d["armed"].([]any); code != 201 || len(numbers) != 1 || numbers[0] != 1.0 {
		t.Errorf("%d %v", code, d)
	}
	if code, d := call(t, h, "POST", "/faults", ` [{"point": "read", "action": "hang", "nth": 3, "delay": "250ms"}, {"point": "read", "action": "panic", "nth": 9}]`); code != 201 {
		t.Errorf("%d %v", code, d)
	}
	for range 3 {
		_ = f.At("write", "XY")
	}
	_, d = call(t, h, "GET", "/faults", "")
	rules := d["rules"].([]any)
	first, second := rules[0].(map[string]any), rules[1].(map[string]any)
	if len(rules) != 3 || first["matched"] != 3.0 || first["struck"] != 2.0 || d["struck"] != 2.0 || second["delay"] != "250ms" || second["struck"] != 0.0 {
		t.Errorf("%v", d)
	}
	if code, d := call(t, h, "DELETE", "/faults?rule=2", ""); code != 200 || d["disarmed"] != 1.0 {
		t.Errorf("%d %v", code, d)
	}
	if code, d := call(t, h, "DELETE", "/faults", ""); code != 200 || d["disarmed"] != 2.0 || len(f.Armed()) != 0 {
		t.Errorf("%d %v", code, d)
	}
}

// TestBadRequests: each says what is wrong, and arms nothing.
func TestBadRequests(t *testing.T) {
	f := injector(t)
	never := func(match string) error {
		if match == "nobody" {
			return errors.New("want somebody")
		}
		return nil
	}
	if err := f.Declare(Point{Name: "write", Never: never}); err != nil {
		t.Fatal(err)
	}
	h := f.Handler()
	for _, c := range []struct {
		method, target, body string
		code                 int
		want                 string
	}{
		{"POST", "/", ``, 400, "want a rule"},
		{"POST", "/", `[]`, 400, "want a rule"},
		{"POST", "/", `{"point": "write"`, 400, "want a rule, or a list of rules, in JSON: "},
		{"POST", "/", `{"point": "write"}] [`, 400, "and nothing else"},
		{"POST", "/", `{"piont": "write"}`, 400, `unknown field "piont"`},
		{"POST", "/", `{"point": "write", "action": "explode", "nth": 1}`, 400, `action "explode"; want panic`},
		{"POST", "/", `{"point": "rite", "action": "error", "nth": 1}`, 400, `point "rite"; want one of write`},
		{"POST", "/", `{"point": "write", "match": "nobody", "action": "error", "nth": 1}`, 400, `match "nobody" never strikes at write: want somebody`},
		{"POST", "/", `{"point": "write", "match": "[", "action": "error", "nth": 1}`, 400, `match "["; want a name, or a pattern`},
		{"POST", "/", `{"point": "write", "action": "error"}`, 400, "want either nth or probability"},
		{"POST", "/", `{"point": "write", "action": "error", "nth": "1"}`, 400, "nth of type int64"},
		{"POST", "/", `[{"point": "write", "action": "error", "nth": 1}, {"point": "write", "action": "delay", "nth": 1, "delay": "soon"}]`, 400, `rule 1: delay "soon"`},
		{"POST", "/", `{"point": "write", "action": "error", "nth": 1, "struck": 1}`, 400, "leave them out"},
		{"POST", "/", `"` + strings.Repeat("x", maxBody) + `"`, 400, "request body too large"},
		{"DELETE", "/?rule=7", "", 404, "rule 7 is not armed; GET lists those that are"},
		{"DELETE", "/?rule=x", "", 400, `rule "x"; want a rule's number`},
		{"PUT", "/", "", 405, "method PUT; want GET to see"},
	} {
		if code, d := call(t, h, c.method, c.target, c.body); code != c.code || !strings.Contains(d["error"].(string), c.want) {
			t.Errorf("%s %s %.60s: %d %v; want %d, %q", c.method, c.target, c.body, code, d, c.code, c.want)
		}
	}
	if n := len(f.Armed()); n != 0 {
		t.Errorf("%d rules armed", n)
	}
}

// TestFormsAreRefused: a page of another origin can send a form or plain text
// without being asked, but not JSON.
func TestFormsAreRefused(t *testing.T) {
	f := injector(t)
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"point": "write", "action": "error", "nth": 1}`))
	r.Header.Set("Content-Type", "text/plain")
	w := httptest.NewRecorder()
	f.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusUnsupportedMediaType || len(f.Armed()) != 0 || !json.Valid(w.Body.Bytes()) ||
		!strings.Contains(w.Body.String(), "Content-Type: application/json") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
