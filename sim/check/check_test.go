package check

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// failed names the checks that have found something.
func failed(r *Report) []string {
	var names []string
	for _, result := range r.Results {
		if result.Found > 0 {
			names = append(names, result.Check)
		}
	}
	return names
}

func checked(t *testing.T, s *Subject) *Report {
	t.Helper()
	r, err := Log(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// onPaper makes the account of a good log one on paper.
func onPaper(w *written) *written {
	w.spoil["open"] = replace(`{"venue":"mock"}`, `{}`)
	return w
}

// TestGoodLog: nothing is found in a log as it must be, of a live account and of one on
// paper, and every check has looked at something.
func TestGoodLog(t *testing.T) {
	looked := make(map[string]int)
	for _, w := range []*written{newWritten(t), onPaper(newWritten(t))} {
		r := checked(t, w.subject())
		var text bytes.Buffer
		if err := r.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		if !r.OK {
			t.Errorf("findings:\n%s", text.String())
		}
		for _, result := range r.Results {
			looked[result.Check] += int(result.Looked)
		}
	}
	for check, n := range looked {
		if n == 0 {
			t.Errorf("%s has looked at nothing", check)
		}
	}
}

// TestFillsAtTheirCause: an order on a close that fills at the tick that told of it is
// found, and so is one that fills before; but not at a venue, which fills as it likes.
func TestFillsAtTheirCause(t *testing.T) {
	for name, c := range map[string]struct {
		signal, placed string
		paper, found   bool
	}{
		"at the tick that told": {"indicator-updates/0/5/0", "indicator-updates/0/5/1", true, true},
		"before its cause":      {"indicator-updates/0/7/0", "indicator-updates/0/7/1", true, true},
		"at a venue":            {"indicator-updates/0/5/0", "indicator-updates/0/5/1", false, false},
	} {
		w := newWritten(t)
		if c.paper {
			onPaper(w)
		}
		w.spoil["sell signal"], w.spoil["sell placed"] = from(c.signal), from(c.placed)
		if got := failed(checked(t, w.subject())); slices.Contains(got, "causing") != c.found {
			t.Errorf("%s: found by %v", name, got)
		}
	}
}

func leaveOut(*messages.Out) bool { return false }

// replace changes a part of a record's value.
func replace(from, to string) func(*messages.Out) bool {
	return func(o *messages.Out) bool {
		o.Value = []byte(strings.Replace(string(o.Value), from, to, 1))
		return true
	}
}

// origin changes what a record says of its cause.
func from(origin string) func(*messages.Out) bool {
	return func(o *messages.Out) bool {
		for i := range o.Headers {
			if o.Headers[i].Key == messages.HeaderOrigin {
				o.Headers[i].Value = []byte(origin)
			}
		}
		return true
	}
}

func underKey(key string) func(*messages.Out) bool {
	return func(o *messages.Out) bool { o.Key = []byte(key); return true }
}

func writtenBy(writer string) func(*messages.Out) bool {
	return func(o *messages.Out) bool { o.Headers[0].Value = []byte(writer); return true }
}

func goodCommand(o *messages.Out) bool {
	c := messages.Command{CommandID: "good", UserID: user, TimeMs: baseMs, Type: "RESUME"}
	o.Value = messages.AppendCommand(nil, &c)
	return true
}

// shardRecord changes a shard record.
func shardRecord(change func(*veloxpb.ShardState)) func(*messages.Out) bool {
	return func(o *messages.Out) bool {
		s := &veloxpb.ShardState{}
		if err := proto.Unmarshal(o.Value, s); err != nil {
			panic(err)
		}
		change(s)
		o.Value, _ = proto.Marshal(s)
		return true
	}
}

// spoilt is a record of a good log that is changed, or left out, or written again, and
// the check that must find it.
type spoilt struct {
	record string
	spoil  func(*messages.Out) bool
	again  bool
	check  string
}

var faults = map[string]spoilt{
	"an unreadable record":           {"alert", replace(`"severity":"INFO"`, `"severity":"NONE"`), false, "readable"},
	"an order event twice":           {"buy placed", nil, true, "doubled"},
	"a position update twice":        {"buy position", nil, true, "doubled"},
	"an update twice":                {"update 3", nil, true, "doubled"},
	"a lost signal":                  {"buy signal", leaveOut, false, "whole"},
	"a letter of another reason":     {"letter", replace("MALFORMED_JSON", "MISSING_FIELD"), false, "letters"},
	"a letter of other bytes":        {"letter", replace(`"length":1`, `"length":2`), false, "letters"},
	"a letter of another cause":      {"letter", from("velox-account-commands/0/1/0"), false, "letters"},
	"a bad command without a letter": {"letter", leaveOut, false, "letters"},
	"a good command with a letter":   {"bad command", goodCommand, false, "letters"},
	"a command under another key":    {"deploy", underKey("v"), false, "letters"},
	"a bad tick without a letter":    {"tick 6", replace(`"price":105`, `"price":-1`), false, "letters"},
	"a tick under another key":       {"tick 6", underKey("T"), false, "letters"},
	"a tick ahead of its time":       {"tick 6", replace(`"timestamp":170406720`, `"timestamp":170406730`), false, "letters"},
	"a tick of another exchange":     {"tick 6", replace(`"SIM"`, `"OTHER"`), false, "letters"},
	"an order without a signal":      {"buy signal", leaveOut, false, "answers"},
	"an order of no signal's id":     {"buy placed", replace(orderID(1, 0), orderID(2, 0)), false, "answers"},
	"a later cause before":           {"buy signal", from("indicator-updates/0/5/0"), false, "order"},
	"a cause that is not there":      {"sell filled", from("indicator-updates/0/99/0"), false, "origins"},
	"a cause in no topic":            {"sell filled", from("nowhere/0/1/0"), false, "origins"},
	"a timer that never was":         {"alert", from("timer/0/5/0"), false, "origins"},
	"a position opened again":        {"sell position", replace(`"CLOSED"`, `"OPENED"`), false, "ids"},
	"an order of two strategies":     {"sell filled", replace(`"strategy_id":"strategy"`, `"strategy_id":"other"`), false, "ids"},
	"a signal without an order":      {"buy placed", leaveOut, false, "answers"},
	"a deploy without an owner":      {"owner", leaveOut, false, "answers"},
	"an order that is never placed":  {"sell placed", leaveOut, false, "orders"},
	"an order that is left unknown":  {"sell filled", replace(`"FILLED"`, `"PLACED"`), false, "orders"},
	"an order of another symbol":     {"buy signal", replace(`"symbol":"S"`, `"symbol":"T"`), false, "answers"},
	"an order on the other side":     {"buy signal", replace(`"BUY"`, `"SELL"`), false, "answers"},
	"an order of more":               {"buy signal", replace(`"quantity":2`, `"quantity":1`), false, "answers"},
	"an order of less":               {"buy signal", replace(`"quantity":2`, `"quantity":3`), false, "answers"},
	"an order at no market's price":  {"buy placed", replace(`"order_type":"MARKET"`, `"order_type":"SL-M"`), false, "answers"},
	"an account that holds more":     {"account entity", saved(long), false, "accounts"},
	"an account without a state":     {"account entity", leaveOut, false, "accounts"},
	"an account that can't be read":  {"account entity", saved(`{"symbols":1}`), false, "accounts"},
	"a status of another event":      {"buy placed", replace(`"PENDING"`, `"CANCELLED"`), false, "orders"},
	"a fill of less than all":        {"buy filled", replace(`"filled_quantity":2`, `"filled_quantity":1`), false, "orders"},
	"a fill on the other side":       {"buy filled", replace(`"BUY"`, `"SELL"`), false, "orders"},
	"a fill without a position":      {"buy position", leaveOut, false, "positions"},
	"a position that is too large":   {"buy position", replace(`"quantity":2`, `"quantity":3`), false, "positions"},
	"a position at another price":    {"buy position", replace(`"average_price":101`, `"average_price":101.1`), false, "positions"},
	"an opening fill at another":     {"buy filled", replace(`"average_price":101`, `"average_price":101.1`), false, "positions"},
	"a closing fill at another":      {"sell filled", replace(`"average_price":103`, `"average_price":103.1`), false, "positions"},
	"a profit that is wrong":         {"sell position", replace(`"realized_pnl":4`, `"realized_pnl":4.1`), false, "positions"},
	"a profit before a close":        {"buy position", replace(`"realized_pnl":0`, `"realized_pnl":0.1`), false, "positions"},
	"an open profit that is wrong":   {"buy position", replace(`"unrealized_pnl":2`, `"unrealized_pnl":2.1`), false, "positions"},
	"an open profit when closed":     {"sell position", replace(`"unrealized_pnl":0`, `"unrealized_pnl":0.1`), false, "positions"},
	"a lost fill":                    {"sell filled", leaveOut, false, "positions"},
	"a fill of nobody's":             {"owner", leaveOut, false, "positions"},
	"a frontier that is behind":      {"account record", shardRecord(func(s *veloxpb.ShardState) { s.Frontier[1].Next-- }), false, "frontiers"},
	"a frontier beyond the log":      {"symbol record", shardRecord(func(s *veloxpb.ShardState) { s.Frontier[0].Next++ }), false, "frontiers"},
	"a safe frontier that is ahead":  {"symbol record", shardRecord(func(s *veloxpb.ShardState) { s.SafeFrontier[0].Next++ }), false, "frontiers"},
	"a shard without a record":       {"symbol record", leaveOut, false, "frontiers"},
	"a writer that is no shard":      {"alert", writtenBy("sim/clerk/0"), false, "frontiers"},
	"a writer without a state":       {"alert", writtenBy("sim/account/1"), false, "frontiers"},
	"a lost update":                  {"update 3", leaveOut, false, "candles"},
	"a lost first update":            {"update 0", leaveOut, false, "candles"},
	"a lost candle":                  {"closing", leaveOut, false, "candles"},
	"a forming candle that is wrong": {"update 3", replace(`"high":102`, `"high":103`), false, "candles"},
	"a closed candle that is wrong":  {"closing", replace(`"volume":5`, `"volume":6`), false, "candles"},
	"an indicator that is wrong":     {"closing", replace(`"value":103`, `"value":103.00001`), false, "candles"},
	"a candle of another tick":       {"closing", from("market-data-ticks/0/6/0"), false, "candles"},
}

// TestEachFaultIsFound spoils a good log in one place; the check that is for it must
// find it. Others may, too.
func TestEachFaultIsFound(t *testing.T) {
	for name, c := range faults {
		t.Run(name, func(t *testing.T) {
			w := newWritten(t)
			w.again[c.record] = c.again
			w.spoil[c.record] = c.spoil
			if c.spoil == nil {
				delete(w.spoil, c.record)
			}
			if got := failed(checked(t, w.subject())); !slices.Contains(got, c.check) {
				t.Errorf("found by %v, want %s", got, c.check)
			}
		})
	}
}

// TestHangingTransaction: a transaction that nobody ends is found on the partition
// that it holds back.
func TestHangingTransaction(t *testing.T) {
	w := newWritten(t)
	s := w.subject()
	txn := w.log.Begin()
	if err := txn.Produce(messages.Out{Topic: messages.TopicAlerts, Key: []byte("x"), Value: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	r := checked(t, s)
	if got := failed(r); !slices.Contains(got, "stable") {
		t.Errorf("found by %v", got)
	}
	uncommitted := 0
	for _, err := range s.View.Records(messages.TopicPartition{Topic: messages.TopicAlerts}, Uncommitted) {
		if err != nil {
			t.Fatal(err)
		}
		uncommitted++
	}
	if uncommitted != 2 {
		t.Errorf("%d uncommitted records, want 2", uncommitted)
	}
}

// TestPublishedOffsets: what tools see must be the frontier.
func TestPublishedOffsets(t *testing.T) {
	s := newWritten(t).subject()
	s.Published[messages.ShardID{Kind: messages.SymbolShard}][messages.TopicPartition{Topic: messages.TopicTicks}]--
	if got := failed(checked(t, s)); !slices.Equal(got, []string{"frontiers"}) {
		t.Errorf("found by %v", got)
	}
}

// TestRepeatsOfAtLeastOnce: an update may repeat with the same bytes only.
func TestRepeatsOfAtLeastOnce(t *testing.T) {
	w := newWritten(t)
	w.again["update 3"] = true
	s := w.subject()
	s.Once = false
	if got := failed(checked(t, s)); slices.Contains(got, "doubled") || slices.Contains(got, "order") || slices.Contains(got, "candles") {
		t.Errorf("a repeat is found by %v", got)
	}
	w = newWritten(t)
	w.spoil["update 4"] = from("market-data-ticks/0/3/0") // another update for the cause of update 3
	s = w.subject()
	s.Once = false
	if got := failed(checked(t, s)); !slices.Contains(got, "doubled") {
		t.Errorf("a repeat with other bytes is found by %v", got)
	}
}

// TestStaleUpdate: what an earlier owner of a shard wrote behind the opening of a later
// one is nobody's, whatever it says; before it, it counts.
func TestStaleUpdate(t *testing.T) {
	for opening, want := range map[int64]bool{7: true, 8: false} {
		w := newWritten(t)
		w.more = func() {
			w.put("opening", messages.TopicUpdates, messages.OpeningSymbol, []byte("{}"),
				by(symbolBy, messages.Opening{Number: opening}.Origin().String(), messages.Header{Key: messages.HeaderSchema, Value: []byte(messages.SchemaOpening)})...)
			w.put("stale", messages.TopicUpdates, symbol, []byte(`{"symbol":"S"}`),
				by(symbolBy, "market-data-ticks/0/3/0", messages.Header{Key: messages.HeaderOpening, Value: []byte("7")})...)
		}
		s := w.subject()
		s.Once = false
		if got := failed(checked(t, s)); slices.Contains(got, "doubled") != want {
			t.Errorf("behind opening %d, an update of opening 7 with other bytes is found by %v", opening, got)
		}
	}
}

// TestSame: two logs of the same inputs may have other ids and offsets, and nothing
// else.
func TestSame(t *testing.T) {
	nobody := func(string) bool { return false }
	for name, c := range map[string]struct {
		spoil map[string]func(*messages.Out) bool
		check string
	}{
		"the same": {nil, ""},
		"another id": {map[string]func(*messages.Out) bool{
			"buy placed": replace(orderID(1, 0), "9db1c8f0-0000-5000-8000-000000000001"),
			"buy filled": replace(orderID(1, 0), "9db1c8f0-0000-5000-8000-000000000001"),
		}, ""},
		"an id of one event": {map[string]func(*messages.Out) bool{
			"buy filled": replace(orderID(1, 0), "9db1c8f0-0000-5000-8000-000000000001"),
		}, "same outputs"},
		"another price":  {map[string]func(*messages.Out) bool{"buy filled": replace(`"average_price":101`, `"average_price":100`)}, "same outputs"},
		"a lost order":   {map[string]func(*messages.Out) bool{"sell filled": leaveOut}, "same outputs"},
		"a lost update":  {map[string]func(*messages.Out) bool{"update 2": leaveOut}, "same outputs"},
		"another state":  {map[string]func(*messages.Out) bool{"symbol entity": otherPayload}, "same states"},
		"a missing part": {map[string]func(*messages.Out) bool{"account entity": leaveOut}, "same states"},
	} {
		w := newWritten(t)
		w.spoil = c.spoil
		outputs, states, err := Same(w.subject(), newWritten(t).subject(), nobody)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range []*Result{outputs, states} {
			if r.Looked == 0 {
				t.Errorf("%s: %s has looked at nothing", name, r.Check)
			}
			if r.Found > 0 {
				got = append(got, r.Check)
			}
		}
		if c.check == "" && len(got) > 0 || c.check != "" && !slices.Contains(got, c.check) {
			t.Errorf("%s: found by %v, want %q", name, got, c.check)
		}
	}
}

var otherPayload = saved(`{"a":2}`)

// TestReport: both forms of a report say what was found, and how much more.
func TestReport(t *testing.T) {
	r := &Report{Records: 3}
	result := &Result{Check: "orders", Promise: "they live", Looked: 20}
	for range maxFindings + 2 {
		result.Find("order-events/0/7", "it is %s", "gone")
	}
	r.Add(result)
	var text, doc bytes.Buffer
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3 records", "FAIL orders", "order-events/0/7: it is gone", "and 2 more"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	if err := r.WriteJSON(&doc); err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(doc.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if back.OK || back.Found() != maxFindings+2 || len(back.Results[0].First) != maxFindings {
		t.Errorf("%+v", back)
	}
}

// TestConfirmed: what is found again counts, at its place; a check with more findings
// than are kept counts as it is.
func TestConfirmed(t *testing.T) {
	report := func(places ...string) *Report {
		r := &Report{}
		result := &Result{Check: "orders"}
		for _, place := range places {
			result.Find(place, "wrong")
		}
		r.Add(result)
		return r
	}
	if r := Confirmed(report("a", "b"), report("b", "c")); r.OK || r.Found() != 1 || r.Results[0].First[0].Where != "b" {
		t.Errorf("%+v", r.Results[0])
	}
	if r := Confirmed(report("a"), report("b")); !r.OK {
		t.Errorf("%+v", r.Results[0])
	}
	many := make([]string, maxFindings+1)
	if r := Confirmed(report("a"), report(many...)); r.Found() != len(many) {
		t.Errorf("%+v", r.Results[0])
	}
}
