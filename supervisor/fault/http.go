package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// maxBody bounds what a request may bring.
const maxBody = 1 << 20

// wireRule is a Rule in JSON.
type wireRule struct {
	Number      int64   `json:"number,omitempty"`
	Point       string  `json:"point"`
	Match       string  `json:"match,omitempty"`
	Action      Action  `json:"action"`
	Nth         int64   `json:"nth,omitempty"`
	Probability float64 `json:"probability,omitempty"`
	Limit       int64   `json:"limit,omitempty"`
	Delay       string  `json:"delay,omitempty"`
	Matched     *int64  `json:"matched,omitempty"`
	Struck      *int64  `json:"struck,omitempty"`
}

func (w *wireRule) rule() (Rule, error) {
	r := Rule{Point: w.Point, Match: w.Match, Action: w.Action, Nth: w.Nth, Probability: w.Probability, Limit: w.Limit}
	if w.Number != 0 || w.Matched != nil || w.Struck != nil {
		return r, errors.New("number, matched and struck are told, not asked for: leave them out")
	}
	if w.Delay != "" {
		var err error
		if r.Delay, err = time.ParseDuration(w.Delay); err != nil {
			return r, fmt.Errorf("delay %q; want a duration such as 250ms", w.Delay)
		}
	}
	return r, nil
}

func wired(s Status) wireRule {
	w := wireRule{
		Number: s.Number, Point: s.Rule.Point, Match: s.Rule.Match, Action: s.Rule.Action, Nth: s.Rule.Nth,
		Probability: s.Rule.Probability, Limit: s.Rule.Limit, Matched: &s.Matched, Struck: &s.Struck,
	}
	if s.Rule.Delay > 0 {
		w.Delay = s.Rule.Delay.String()
	}
	return w
}

// Handler shows and changes the rules over HTTP, in JSON:
//
//	GET           the points, the armed rules with their counts, the strikes of all
//	POST          arms a rule, or a list of rules, and answers 201 with their numbers
//	DELETE ?rule= disarms one rule, all of them without it
//
// A rule is {"point", "match", "action", "nth", "probability", "limit", "delay"},
// as in Rule, delay as in "250ms". Every error is {"error": "..."} and says what is
// wrong and what to do: 400 for a rule that can't be followed, 404 for a rule that
// isn't armed, 405 for another method, 415 for another type. A POST must be application/json, which
// no web page of another origin may send unasked. Whoever may reach the handler
// may break the program: who that is, is for the program to see to.
func (f *Injector) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet:
			f.show(w)
		case http.MethodPost:
			f.post(w, r)
		case http.MethodDelete:
			f.remove(w, r)
		default:
			w.Header().Set("Allow", "GET, POST, DELETE")
			refuse(w, http.StatusMethodNotAllowed, "method %s; want GET to see the rules, POST to arm one, DELETE to disarm", r.Method)
		}
	})
}

func (f *Injector) show(w http.ResponseWriter) {
	points, rules := f.Points(), []wireRule{}
	if points == nil {
		points = []Point{}
	}
	for _, s := range f.Armed() {
		rules = append(rules, wired(s))
	}
	_, struck := f.Strikes()
	reply(w, http.StatusOK, map[string]any{"points": points, "rules": rules, "struck": struck})
}

func (f *Injector) post(w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "content type %q; want application/json: send the header Content-Type: application/json with the rule",
			r.Header.Get("Content-Type"))
		return
	}
	rules, err := readRules(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusBadRequest, "%v", err)
		return
	}
	numbers, err := f.Arm(rules...)
	if err != nil {
		refuse(w, http.StatusBadRequest, "%v", err)
		return
	}
	reply(w, http.StatusCreated, map[string]any{"armed": numbers})
}

// readRules reads one rule or a list of rules.
func readRules(body io.Reader) ([]Rule, error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	text = bytes.TrimSpace(text)
	if !bytes.HasPrefix(text, []byte("[")) {
		text = append(append([]byte("["), text...), ']')
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var wires []wireRule
	if err := decoder.Decode(&wires); err != nil {
		return nil, fmt.Errorf("want a rule, or a list of rules, in JSON: %w", err)
	}
	if decoder.More() || len(wires) == 0 {
		return nil, errors.New("want a rule, or a list of rules, in JSON, and nothing else")
	}
	rules := make([]Rule, len(wires))
	for i := range wires {
		if rules[i], err = wires[i].rule(); err != nil {
			return nil, fmt.Errorf("rule %d: %w", i, err)
		}
	}
	return rules, nil
}

func (f *Injector) remove(w http.ResponseWriter, r *http.Request) {
	if !r.URL.Query().Has("rule") {
		reply(w, http.StatusOK, map[string]any{"disarmed": f.Disarm()})
		return
	}
	text := r.URL.Query().Get("rule")
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		refuse(w, http.StatusBadRequest, "rule %q; want a rule's number, or no rule at all to disarm all", text)
		return
	}
	if f.Disarm(number) == 0 {
		refuse(w, http.StatusNotFound, "rule %d is not armed; GET lists those that are, with their numbers", number)
		return
	}
	reply(w, http.StatusOK, map[string]any{"disarmed": 1})
}

func refuse(w http.ResponseWriter, status int, format string, args ...any) {
	reply(w, status, map[string]string{"error": fmt.Sprintf(format, args...)})
}

func reply(w http.ResponseWriter, status int, what any) {
	text, err := json.MarshalIndent(what, "", "  ")
	if err != nil { // no value above gives one
		status, text = http.StatusInternalServerError, []byte(`{"error": "not to be told in JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the asker has gone; there is no one to tell
}
