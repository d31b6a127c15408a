package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/supervisor/fault"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/order"
)

// The one that faults strike, among 8 symbols and 6 accounts, and the shards of it.
const (
	struckSymbol   = "SYM001"
	struckUser     = "user001"
	struckStrategy = "often001"
)

func struckShard(kind messages.ShardKind) messages.ShardID {
	key := map[messages.ShardKind]string{messages.SymbolShard: struckSymbol, messages.AccountShard: struckUser}[kind]
	return messages.ShardID{Kind: kind, Partition: messages.HomePartition([]byte(key), troupeTopics[homeTopics[kind]])}
}

// kind is that of the shard in which the struck one lives.
func (p *promise) kind() messages.ShardKind {
	if strings.HasPrefix(p.of, "symbol") {
		return messages.SymbolShard
	}
	return messages.AccountShard
}

// match is the detail of the struck one, but is what its failing for good concerns.
func (p *promise) match() (match string, but []string) {
	switch p.of {
	case "symbol":
		return struckSymbol, []string{struckSymbol, struckUser, "001"}
	case "account":
		return struckUser, []string{struckUser, "001"}
	case "strategy":
		return struckStrategy, []string{struckUser, struckStrategy}
	}
	return struckShard(p.kind()).String(), nil
}

// moves tells whether the shards are moved in the middle of the case.
func (p *promise) moves() bool {
	return p.point == "open" || p.point == "restore" || strings.Contains(p.strikes, "replay") || strings.Contains(p.strikes, "restored")
}

// early tells whether the fault is armed before anything is there.
func (p *promise) early() bool {
	return p.strikes == "at its start" || p.point == "receive" && p.strikes == "always"
}

// rules makes the fault's rules.
func (p *promise) rules() []fault.Rule {
	match, _ := p.match()
	r := fault.Rule{Point: p.point, Match: match, Action: fault.Action(p.action), Nth: 1}
	switch p.action {
	case "delay":
		r.Delay = 50 * time.Millisecond
	case "hang shortly":
		r.Action, r.Delay = fault.Hang, 50*time.Millisecond
	case "hang too long":
		r.Action, r.Delay = fault.Hang, hungStep*3/2
		if p.of == "strategy" {
			r.Delay = hungStep * 3 / 4
		}
	case "hang for ever":
		r.Action = fault.Hang
	}
	switch {
	case strings.HasPrefix(p.strikes, "twice"):
		r.Nth, r.Probability, r.Limit = 0, 1, 2
	case p.strikes == "always":
		r.Nth, r.Probability = 0, 1
	case p.strikes == "when it is restored", p.strikes == "when it is saved" && p.of != "strategy":
		r.Nth = 2 // the first message starts it, or has the inputs
	case p.strikes == "more often than its intensity":
		most := mostEntity
		if p.of == "strategy" {
			most = mostStrategy
		}
		// The kth rule isn't asked when one before it strikes: of the others, it is to
		// pass over the repeat after each.
		rules := make([]fault.Rule, most+1)
		for i := range rules {
			rules[i] = r
			rules[i].Nth = int64(i + 1)
		}
		return rules
	}
	return []fault.Rule{r}
}

// hungStep is the limit of a step in the cases in which something hangs.
const hungStep = time.Second

// settings shapes the shards for the case.
func (p *promise) settings(r *troupe) {
	c := &r.config
	c.EntityRestarts = actors.Restarts{Max: mostEntity, Window: time.Minute}
	c.StrategyRestarts = actors.Restarts{Max: mostStrategy, Window: time.Minute}
	c.ShardRestarts = actors.Restarts{Max: mostShard, Window: time.Minute}
	switch {
	case p.action == "hang too long" || p.action == "hang for ever":
		c.Limits.Step = hungStep
	case strings.Contains(p.strikes, "replay"): // there must be something to take in again
		c.Checkpoint = actors.Checkpoints{Min: time.Hour, Max: time.Hour, Replay: time.Hour}
	case p.strikes == "more often than its intensity": // one input a batch
		c.Limits.Records, c.Limits.PollRecords = 1, 1
	}
}

// arm arms the fault's rules and tells how often each shard had been restored.
func (p *promise) arm(r *troupe) map[string]int {
	r.t.Helper()
	before := r.told.askedOf("restore")
	if _, err := r.faults.Arm(p.rules()...); err != nil {
		r.t.Fatal(err)
	}
	return before
}

// play gives the accounts and the ticks to the shards, in two halves, with what a
// case wants in the middle.
func (r *troupe) play(middle func()) {
	ticks, _ := crowd(5, 8, 500, startMs, 4000)
	for i := range 6 {
		r.open(userName(i), symbolName(i), account.PaperVenue)
	}
	r.ready()
	r.write(ticks[:250])
	r.settle()
	middle()
	r.write(ticks[250:])
}

// touch makes the struck symbol and account be saved: a request and a deployment.
func (r *troupe) touch() {
	s := messages.Signal{
		StrategyID: "outside", Symbol: struckSymbol, TimeMs: startMs, Action: messages.Hold, Timeframe: "1min", Periods: 50,
		RequestIndicators: []string{"EMA_3", "RSI_3"},
	}
	r.cluster.Produce(messages.Out{
		Topic: messages.TopicSignals, Partition: messages.AnyPartition, Key: []byte(s.StrategyID), Value: messages.AppendSignal(nil, &s),
	})
	r.command(struckUser, "late", account.CmdDeploy, account.Deploy{StrategyID: "late", Name: "late", Symbols: []string{struckSymbol}, External: true})
}

// faultless gives the results without any fault, by whether the shards are moved.
func faultless(t *testing.T) map[bool]results {
	out := make(map[bool]results)
	for _, moved := range []bool{false, true} {
		r := newTroupe(t)
		r.start()
		r.play(func() {
			r.touch()
			r.ready()
			if moved {
				r.move(homeTopics)
			}
		})
		r.settle()
		r.stop()
		out[moved] = r.results()
		if len(out[moved].trades["often001"]) < 10 || len(out[moved].updates) != 8 {
			t.Fatalf("the run to compare with shows little: %d symbols, %d events", len(out[moved].updates), len(out[moved].trades["often001"]))
		}
	}
	if d := out[true].difference(out[false]); d != "" {
		t.Fatalf("moving the shards makes a difference: %s", d)
	}
	return out
}

// shards runs a case of an actor within shards, or of a shard.
func (p *promise) shards(t *testing.T, want results) {
	r := newTroupe(t)
	p.settings(r)
	var restored map[string]int
	middle := func() {
		if p.strikes == "when it is saved" {
			restored = p.arm(r)
		}
		r.touch()
		r.ready()
		if !p.early() && p.strikes != "when it is saved" {
			restored = p.arm(r)
		}
		if p.moves() {
			r.move(homeTopics)
		}
	}
	if p.early() {
		p.arm(r)
		r.start()
		if p.exit == 0 {
			r.ready()
			restored = r.told.askedOf("restore")
		} else {
			middle = func() {}
		}
	} else {
		r.start()
	}
	if p.exit != 0 {
		p.ends(r, middle)
		return
	}
	r.play(middle)
	p.goesOn(r, restored)
	r.settle()
	r.stop()
	_, but := p.match()
	if p.result != "all but it" {
		but = nil
	}
	if d := r.results().difference(want, but...); d != "" {
		t.Errorf("the result is not that of a run without faults: %s", d)
	}
}

// goesOn waits for the fault, and what it brings about, and checks what is counted.
func (p *promise) goesOn(r *troupe, restored map[string]int) {
	r.t.Helper()
	strikes := int64(1)
	for _, rule := range p.rules() {
		strikes = max(strikes, rule.Limit)
	}
	strikes = max(strikes, int64(len(p.rules())))
	r.until("the fault", func() bool {
		_, n := r.faults.Strikes()
		return n >= strikes || p.strikes == "always" && n > 0
	})
	if p.result == "waits" {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		if err := r.node.Ready(ctx); err == nil {
			r.t.Error("the node is ready though a shard hangs")
		}
		p.counted(r, restored)
		r.faults.Close()
		return
	}
	r.until("the restarts", func() bool {
		for actor, n := range p.restarts {
			if r.told.restartsOf(actor) < n {
				return false
			}
		}
		return true
	})
	r.settle()
	p.counted(r, restored)
}

// counted checks restarts, dead letters, quarantines, and who kept its state.
func (p *promise) counted(r *troupe, restored map[string]int) {
	r.t.Helper()
	for _, actor := range []string{"symbol", "account", "strategy", "shard"} {
		if n := r.told.restartsOf(actor); n != p.restarts[actor] {
			r.t.Errorf("%s restarts %d times, want %d", actor, n, p.restarts[actor])
		}
		p.onlyStruck(r, actor)
	}
	if n := len(r.cluster.AllRecords(messages.TopicDeadLetters)); n != p.dead {
		r.t.Errorf("%d dead letters, want %d", n, p.dead)
	}
	if n := r.told.sum(actors.CountDeadLetters, ""); n != p.dead {
		r.t.Errorf("%d dead letters counted, want %d", n, p.dead)
	}
	quarantined := map[string]int{p.quarantined: 1}
	for _, what := range []string{"input", "strategy"} {
		label := what
		if what == "input" {
			label = string(p.kind()) + " input"
		}
		if n := r.told.sum(actors.CountQuarantined, label); n != quarantined[what] {
			r.t.Errorf("%s quarantined %d times, want %d", what, n, quarantined[what])
		}
	}
	p.kept(r, restored)
}

// onlyStruck checks that nobody restarted but the struck one, its account and its shard.
func (p *promise) onlyStruck(r *troupe, actor string) {
	r.t.Helper()
	own := map[string]string{
		"symbol": struckSymbol, "account": struckUser, "strategy": struckStrategy, "shard": struckShard(p.kind()).String(),
	}[actor]
	want := map[string]int{own: p.restarts[actor]}
	if p.restarts[actor] == 0 {
		clear(want)
	}
	if got := r.told.restarted(actor); !maps.Equal(got, want) {
		r.t.Errorf("restarts of %s: %v, want %v", actor, got, want)
	}
}

// kept checks which shards were restored: none by the fault, or the struck one.
func (p *promise) kept(r *troupe, before map[string]int) {
	r.t.Helper()
	moved := 0
	if p.moves() {
		moved = 1
	}
	for shard, n := range r.told.askedOf("restore") {
		own := shard == struckShard(p.kind()).String() && p.keep == "other shards"
		if again := n - before[shard]; !own && again != moved {
			r.t.Errorf("shard %s was restored %d times, want %d", shard, again, moved)
		}
	}
	if p.keep == "all" && len(p.restarts) > 0 || p.keep == "other shards" && p.result != "waits" && p.restarts["shard"] == 0 {
		r.t.Errorf("%q keep their state, with restarts %v: the row contradicts itself", p.keep, p.restarts)
	}
}

// ends waits for the node's end and checks its exit code.
func (p *promise) ends(r *troupe, middle func()) {
	r.t.Helper()
	if p.early() { // it doesn't get far enough to be ready
		ticks, _ := crowd(5, 8, 250, startMs, 4000)
		for i := range 6 {
			r.open(userName(i), symbolName(i), account.PaperVenue)
		}
		r.write(ticks)
	} else {
		r.play(middle)
	}
	select {
	case err := <-r.node.Failed():
		var coded *Error
		if !errors.As(failure(err), &coded) || coded.Code != p.exit {
			r.t.Errorf("the node ends with %v, want exit code %d", err, p.exit)
		}
	case <-time.After(time.Minute):
		r.t.Fatalf("the node doesn't end; told: %s", r.told)
	}
	for _, actor := range []string{"symbol", "account", "strategy", "shard"} {
		if n := r.told.restartsOf(actor); n != p.restarts[actor] {
			r.t.Errorf("%s restarts %d times, want %d", actor, n, p.restarts[actor])
		}
		p.onlyStruck(r, actor)
	}
	if n := len(r.cluster.AllRecords(messages.TopicDeadLetters)); n != p.dead {
		r.t.Errorf("%d dead letters, want %d", n, p.dead)
	}
	r.stop()
}

// pledgedVenue accepts every order that reaches it, and knows what it did.
type pledgedVenue struct {
	mu     sync.Mutex
	orders []string
}

func (v *pledgedVenue) Venue(string, string) (actors.Venue, bool) { return v, true }

func (v *pledgedVenue) Send(_ context.Context, c account.VenueCommand, _ time.Time) order.Report {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.orders = append(v.orders, c.ClientOrderID)
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportAccepted, TimeMs: startMs}
}

func (v *pledgedVenue) Query(_ context.Context, c account.VenueCommand) order.Report {
	v.mu.Lock()
	defer v.mu.Unlock()
	if slices.Contains(v.orders, c.ClientOrderID) {
		return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportAccepted, TimeMs: startMs}
	}
	return order.Report{OrderID: c.ClientOrderID, Kind: order.ReportNotSent, TimeMs: startMs}
}

func (v *pledgedVenue) Cancel(ctx context.Context, c account.VenueCommand) order.Report {
	return v.Query(ctx, c)
}

func (v *pledgedVenue) Change(ctx context.Context, c account.VenueCommand, _ time.Time) order.Report {
	return v.Query(ctx, c)
}

func (v *pledgedVenue) Snapshot(context.Context) (account.VenueSnapshot, error) {
	return account.VenueSnapshot{}, nil
}

// skippingClock runs a hundred times as fast as the wall, so that questions to a
// venue find their end.
type skippingClock struct{ start time.Time }

func (c skippingClock) Now() time.Time { return c.start.Add(100 * time.Since(c.start)) }

// venue runs a case of a call to a venue.
func (p *promise) venue(t *testing.T) {
	r := newTroupe(t)
	p.settings(r)
	v := &pledgedVenue{}
	r.config.Venues = v
	if p.result == "order asked for" {
		r.config.Clock = skippingClock{time.Now()}
	}
	r.start()
	r.command(struckUser, "open", account.CmdOpenAccount, map[string]any{"deposit": 100_000, "venue": "live"})
	r.ready()
	r.until("the account agrees with its venue", func() bool { return r.told.sum(actors.CountAlerts, "SYSTEM/INFO") > 0 })
	rule := p.rules()[0]
	rule.Match = struckUser
	restored := r.told.askedOf("restore")
	if _, err := r.faults.Arm(rule); err != nil {
		t.Fatal(err)
	}
	r.command(struckUser, "order", account.CmdOrder, map[string]any{"symbol": struckSymbol, "transaction_type": "BUY", "quantity": 1, "price": 100})
	want := map[string][]string{
		"order rejected": {"PENDING", "REJECTED"}, "order asked for": {"PENDING", "UNKNOWN", "REJECTED"},
		"order accepted": {"PENDING", "OPEN"}, "order waits": {"PENDING"},
	}[p.result]
	r.until(fmt.Sprint("an order that was ", want), func() bool {
		_, struck := r.faults.Strikes()
		return struck == 1 && len(r.fates()) >= len(want)
	})
	if got := r.fates(); !slices.Equal(got, want) {
		t.Errorf("the order was %v, want %v", got, want)
	}
	if p.result == "order waits" { // and nothing else does
		r.command("user002", "open", account.CmdOpenAccount, map[string]any{"deposit": 100_000})
		r.ready()
	}
	p.counted(r, restored)
	if sent := len(v.orders); sent != 0 && p.result != "order accepted" {
		t.Errorf("%d orders reached the venue", sent)
	}
}

// fates gives the states that orders went through.
func (r *troupe) fates() []string {
	var out []string
	for _, record := range r.cluster.AllRecords(messages.TopicOrders) {
		e, err := messages.DecodeOrderEvent(record.Value)
		if err != nil {
			r.t.Fatal(err)
		}
		out = append(out, e.Order.Status)
	}
	return out
}

// feed runs a case of the simulated market's ticks.
func (p *promise) feed(t *testing.T) {
	c := settings(t, map[string]string{
		"broker.address": "127.0.0.1:0", "http.address": "", "node.status_every": "0s",
		"simulate.enabled": "true", "simulate.hours": "0.01", "simulate.symbols": "3", "simulate.ticks_per_second": "1000", "faults.enabled": "true",
	})
	n := readyNode(t, c)
	rule := p.rules()[0]
	rule.Match, rule.Nth = "", 5
	if _, err := n.faults.Arm(rule); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- guardFeed("simulate", func() error { return n.simulate(ctx, io.Discard) }) }()
	if p.exit != 0 {
		var coded *Error
		if err := <-ended; !errors.As(err, &coded) || coded.Code != p.exit || !strings.Contains(err.Error(), "injected fault") {
			t.Errorf("the feed ends with %v, want exit code %d", err, p.exit)
		}
		cancel()
		return
	}
	at := func() int64 { return n.faults.Armed()[0].Matched }
	for enough := map[string]int64{"same": 50, "waits": 5}[p.result]; at() < enough; {
		select {
		case err := <-ended:
			t.Fatalf("the feed ended: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	if err := n.shards.Ready(ctx); err != nil || p.result == "waits" && at() != 5 {
		t.Errorf("ready: %v, after %d ticks", err, at())
	}
	cancel()
	n.faults.Close()
	if err := <-ended; err == nil {
		t.Error("the feed ends by itself, and not by its context")
	}
}
