package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine"
	"github.com/velox-trading/velox/sim/chaos"
)

// Options say what Run does.
type Options struct {
	// Program is the veloxd that nodes run.
	Program string
	// KafkaHome and KafkaVersion are those of brokers.Options.
	KafkaHome, KafkaVersion string
	Seed                    uint64
	Counts                  chaos.Counts
	// Length is the time over which the faults are spread. 0 measures only, without a
	// storm.
	Length time.Duration
	// Session and Heartbeat are the nodes' session timeout and heartbeat interval, in whole
	// milliseconds; 0: those of configs.FastFailover.
	Session, Heartbeat time.Duration
	// Symbols is how many there are, Rate how many ticks come a second.
	Symbols, Rate int
	// Measures is how often a kill and a stop are measured while nothing else fails.
	Measures int
	// Dir takes logs, data and the journal; it must exist.
	Dir string
	// Command is how to do it again.
	Command string
	// Out takes the lines of what happens.
	Out    io.Writer
	Logger *slog.Logger
}

// run is one run.
type run struct {
	Options
	cluster    *cluster
	watch      *watch
	background sync.WaitGroup // one for each node, until it ends
	mending    sync.WaitGroup // what follows a fault
	began      time.Time
	journal    *os.File
	// session and silence are those of the nodes' configuration, see waits.
	session, silence time.Duration
	sent             int    // ticks that the load has sent; known when it has ended
	ticks            *ticks // what stands in the topic of ticks, at the end

	mu         sync.Mutex
	card       chaos.Card
	recoveries []time.Duration
	ofBrokers  []time.Duration
	// killed and stopped are what was measured while nothing else failed; nil: not.
	killed, stopped []time.Duration
	recovering      map[int32]bool // partitions whose node was struck, and that are not back
}

// Run makes a cluster, does to it what the seed says, and gives the scorecard. The
// error says that it could not be done; what was found is in the card alone.
func Run(ctx context.Context, o Options) (*chaos.Card, error) {
	if _, err := exec.LookPath(o.Program); err != nil {
		return nil, fmt.Errorf("the program of the nodes: %w", err)
	}
	r := &run{Options: o, began: time.Now(), ticks: newTicks(), recovering: make(map[int32]bool)}
	r.card = chaos.Card{Seed: o.Seed, Command: o.Command, Symbols: o.Symbols, Faults: make(map[chaos.Kind]int), Aims: make(map[string]int)}
	var err error
	if r.journal, err = os.Create(filepath.Join(o.Dir, "journal.json")); err != nil {
		return nil, err
	}
	defer func() { _ = r.journal.Close() }()
	inner, stop := context.WithCancel(ctx)
	defer r.background.Wait()
	defer stop()
	if r.cluster, err = r.startCluster(inner); err == nil {
		err = r.whole(inner)
	}
	stop()
	r.mending.Wait()
	if r.watch != nil {
		r.watch.close()
	}
	r.cluster.close()
	if err != nil {
		return nil, errors.Join(err, ctx.Err())
	}
	r.card.Measure(r.recoveries, r.ofBrokers, r.killed, r.stopped, r.session, patience)
	r.card.Seconds = time.Since(r.began).Seconds()
	return &r.card, nil
}

// whole is a run on brokers that are there.
func (r *run) whole(ctx context.Context) error {
	if err := r.configure(ctx); err != nil {
		return err
	}
	var err error
	if r.watch, err = openWatch(ctx, r.cluster.kafka.BootstrapServers()); err != nil {
		return err
	}
	for range chaos.MinNodes {
		if _, err := r.cluster.start(ctx); err != nil {
			return err
		}
	}
	if err := r.deployed(ctx); err != nil {
		return err
	}
	loading, stopLoad := context.WithCancel(ctx)
	defer stopLoad()
	loaded, enough := make(chan error, 1), make(chan struct{})
	go func() { loaded <- r.replay(loading, enough) }()
	if err := r.disturb(ctx, loaded); err != nil {
		stopLoad()
		return errors.Join(err, <-loaded) // that the load failed may be why
	}
	close(enough)
	select {
	case err := <-loaded:
		if err != nil {
			return err
		}
	case <-time.After(patience):
		stopLoad()
		return errors.Join(fmt.Errorf("not every tick that was sent is written %v after the faults", patience), <-loaded)
	}
	return r.settle(ctx)
}

// disturb does everything that is done while the load comes.
func (r *run) disturb(ctx context.Context, loaded <-chan error) error {
	all := func() bool { n, _ := r.watch.count(); return n == r.Symbols || len(loaded) > 0 }
	if !until(ctx, 2*patience, all) || len(loaded) > 0 {
		n, _ := r.watch.count()
		return fmt.Errorf("%d of %d symbols have an update after %v; the nodes' logs are in %s", n, r.Symbols, 2*patience, r.Dir)
	}
	r.tell("loaded", "all %d symbols have an update", r.Symbols)
	if r.Measures > 0 {
		if err := r.measure(ctx); err != nil {
			return err
		}
	}
	if r.Length == 0 {
		return nil
	}
	plan := chaos.Draw(r.Seed, r.Counts, r.Length, r.silence)
	r.card.Plan(plan)
	err := r.storm(ctx, plan)
	if err == nil {
		r.tell("over", "all faults have struck")
		r.mending.Wait()
	}
	return err
}

// waits gives how long the cluster waits for a node with a configuration: the group for
// its heartbeat, and, the longest of all, silence, for that or the end of its transaction.
func waits(c *configs.Config) (session, silence time.Duration) {
	session = time.Duration(c.Kafka.SessionTimeoutMs) * time.Millisecond
	return session, max(session, time.Duration(c.Kafka.TransactionTimeoutMs)*time.Millisecond)
}

// settings are those of every node, without accounts.
func (o *Options) settings() string {
	return o.failover() + "  auto_offset_reset: earliest\ntopics: {profile: long-test}\nfaults: {admin: true}\n" +
		"symbols: {timeframe: 1min, indicators: [EMA_3, RSI_14], idle_close: 0s}\n" +
		"processing: {checkpoint: " + o.checkpoints() + "}\nnode: {status_every: 0s}\n"
}

// failover is the beginning of the settings, which says how fast a node is given up. A
// transaction may take as much longer than a session as in that file.
func (o *Options) failover() string {
	text := string(configs.FastFailover)
	set := func(name string, value time.Duration) {
		if value > 0 {
			text = regexp.MustCompile(name+`: \d+`).ReplaceAllString(text, fmt.Sprintf("%s: %d", name, value.Milliseconds()))
		}
	}
	set("session_timeout_ms", o.Session)
	set("heartbeat_interval_ms", o.Heartbeat)
	if o.Session > 0 {
		set("transaction_timeout_ms", o.Session+4*time.Second)
	}
	return text
}

// checkpoints are of nodes that faults strike close together, so that a successor soon
// has its first; without faults they are nearer to the default of one in 10 to 60 s: twelve
// shards that write one each second are work for brokers that share the processors with
// whoever takes over.
func (o *Options) checkpoints() string {
	if o.Length > 0 {
		return "{min: 1s, max: 5s}"
	}
	return "{min: 5s, max: 10s}"
}

// configure writes the nodes' configuration and makes the topics.
func (r *run) configure(ctx context.Context) error {
	var b strings.Builder
	b.WriteString(r.settings() + "accounts:\n")
	for i := range traders {
		fmt.Fprintf(&b, "  - user_id: user-%d\n    deposit: 100000000\n    strategies:\n      - name: often\n        symbols: [%s]\n        timeframe: 1min\n", i, symbol(i%min(traders, r.Symbols)))
		b.WriteString("        rules: {entry_long: close > EMA_3, exit_long: close < EMA_3, quantity: \"5\", evaluate: every_tick")
		if i%2 == 1 { // near enough that trades touch them: a tick moves a price by up to 0.10
			b.WriteString(", stoploss: close - 0.15, target: close + 0.15")
		}
		b.WriteString("}\n")
	}
	r.cluster.file = filepath.Join(r.Dir, "node.yaml")
	if err := os.WriteFile(r.cluster.file, []byte(b.String()), 0o600); err != nil {
		return err
	}
	var err error
	if r.cluster.config, err = r.load(r.cluster.file, r.cluster.kafka.BootstrapServers()); err != nil {
		return err
	}
	r.session, r.silence = waits(r.cluster.config)
	if err := engine.TopicsApply(ctx, r.cluster.config, io.Discard); err != nil {
		return err
	}
	return r.cluster.keepAll(ctx)
}

// load gives the configuration of nodes with a file, on brokers.
func (r *run) load(file string, bootstrap []string) (*configs.Config, error) {
	return configs.Load(configs.Sources{Demo: configs.DemoOff, File: file, Flags: []configs.Override{
		{Path: "kafka.bootstrap_servers", Value: strings.Join(bootstrap, ","), Flag: "--bootstrap-servers"},
	}})
}

// deployed waits until every strategy is, and every node at work: they miss nothing of
// what follows.
func (r *run) deployed(ctx context.Context) error {
	ready := func() bool {
		if _, n := r.watch.count(); n < traders {
			return false
		}
		r.cluster.mu.Lock()
		defer r.cluster.mu.Unlock()
		for _, n := range r.cluster.live() {
			if !n.ready(ctx) {
				return false
			}
		}
		return true
	}
	if !until(ctx, 2*patience, ready) {
		return fmt.Errorf("the nodes are not at work after %v; their logs are in %s", 2*patience, r.Dir)
	}
	r.tell("ready", "%d nodes", chaos.MinNodes)
	return nil
}

// replay is the load: the ticks of a file, until there are enough.
func (r *run) replay(ctx context.Context, enough <-chan struct{}) error {
	if err := writeTicks(r.ticksFile(), r.Seed, r.Symbols, r.Rate, 3*r.Length+10*time.Minute+time.Duration(r.Measures)*2*r.session); err != nil {
		return err
	}
	var summary bytes.Buffer
	err := engine.Replay(ctx, r.cluster.config, engine.ReplayOptions{
		Files: []string{r.ticksFile()}, Speed: speed, Enough: enough, JSON: true, Out: &summary, Progress: io.Discard, Logger: r.Logger,
	})
	if err != nil {
		return err
	}
	var told struct{ Ticks int }
	if err := json.Unmarshal(summary.Bytes(), &told); err != nil {
		return fmt.Errorf("the summary of the load: %w", err)
	}
	r.sent = told.Ticks
	return nil
}

func (r *run) ticksFile() string { return filepath.Join(r.Dir, "ticks.csv") }

// warmUps are the stops before those that count. Brokers that have just started compile
// what a partition's move asks of them while they do it: the first ones take up to half as
// long again as those a minute later.
const warmUps = 4

// measure kills a node, and stops one in order, while nothing else fails.
func (r *run) measure(ctx context.Context) error {
	for i := range warmUps {
		if _, err := r.measureOnce(ctx, i, syscall.SIGTERM); err != nil {
			return err
		}
	}
	failover, handover := []time.Duration{}, []time.Duration{}
	for i := range r.Measures {
		for _, s := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
			times, err := r.measureOnce(ctx, i, s)
			if err != nil {
				return err
			}
			if s == syscall.SIGKILL && (r.card.Held == 0 || times.symbols < r.card.Held) {
				r.card.Held = times.symbols
			}
			r.tell("measured", "%v of %s with %v, %d symbols: %v", s, times.node, times.owned, times.symbols, times.took)
			if s == syscall.SIGKILL {
				failover = append(failover, times.took...)
			} else {
				handover = append(handover, times.took...)
			}
		}
	}
	if len(failover) == 0 || len(handover) == 0 {
		r.missed("recovery times: %d of a kill and %d of a stop, of %d measures", len(failover), len(handover), r.Measures)
	}
	r.killed, r.stopped = failover, handover
	return nil
}

// moved is how long the partitions took that a node had when it ended.
type moved struct {
	node    *node
	owned   []int32
	symbols int
	took    []time.Duration
}

func (r *run) measureOnce(ctx context.Context, i int, s syscall.Signal) (*moved, error) {
	n, err := r.pick(ctx, chaos.Fault{Pick: uint64(i)}, chaos.MinNodes)
	if err != nil {
		return nil, err
	}
	if err := r.atRest(ctx); err != nil {
		return nil, err
	}
	owned := r.cluster.partitions(ctx, n)
	symbols := r.watch.symbols(owned)
	r.cluster.mu.Lock()
	n.ending = true
	at := time.Now()
	n.signal(s)
	r.cluster.mu.Unlock()
	if !until(ctx, patience, n.gone) {
		return nil, fmt.Errorf("%s does not end", n)
	}
	ended := time.Now() // what was made before may have been its own
	if s == syscall.SIGTERM && n.process.End() != inOrder {
		r.ended(n) // nothing else fails, so it has no reason to
	}
	times := &moved{node: n, owned: owned, symbols: symbols}
	for _, p := range owned {
		took, back := r.took(ctx, s, p, at, ended)
		if !back {
			return nil, fmt.Errorf("after %v of %s partition %d has no update for %v", s, n, p, patience)
		}
		times.took = append(times.took, took)
	}
	if _, err := r.cluster.start(ctx); err != nil {
		return nil, err
	}
	return times, nil
}

// took waits for the first update that a partition has after its node's end: of one that
// was killed the time to it counts, of one that stopped the longest without any.
func (r *run) took(ctx context.Context, s syscall.Signal, partition int32, at, ended time.Time) (took time.Duration, back bool) {
	back = until(ctx, patience, func() bool {
		if s != syscall.SIGKILL {
			var ok bool
			took, ok = r.watch.silence(partition, at, ended)
			return ok
		}
		first, ok := r.watch.first(partition, ended)
		took = first.Sub(at)
		return ok
	})
	return took, back
}

// atRest waits until every node has partitions, all of their shards run, and each has
// put something out since.
func (r *run) atRest(ctx context.Context) error {
	if !until(ctx, patience, func() bool { return r.cluster.placed(ctx) }) {
		return fmt.Errorf("not every node has partitions after %v", patience)
	}
	if err := r.deployed(ctx); err != nil {
		return err
	}
	all, err := r.cluster.ticks(ctx)
	if err != nil {
		return err
	}
	from := time.Now()
	flows := func() bool {
		return !slices.ContainsFunc(all, func(p int32) bool { _, ok := r.watch.first(p, from); return !ok })
	}
	if !until(ctx, patience, flows) {
		return fmt.Errorf("not every partition has updates after %v", patience)
	}
	return nil
}

// later does something after a while, in the background.
func (r *run) later(ctx context.Context, wait time.Duration, do func()) {
	r.mending.Go(func() {
		select {
		case <-ctx.Done():
		case <-time.After(wait):
			do()
		}
	})
}

// recovery measures how long after at it takes partitions to have updates again. What
// was made before dead may have been the struck one's own. A node's partition that is not
// back from an earlier fault is measured from that one: until the group has noticed a
// node's end, it takes the next process in its place for it.
func (r *run) recovery(ctx context.Context, f chaos.Fault, partitions []int32, at, dead time.Time) {
	for _, p := range partitions {
		if f.Kind != chaos.KillBroker && !r.away(p) {
			continue
		}
		r.mending.Go(func() {
			var first time.Time
			back := until(ctx, patience, func() bool {
				var ok bool
				first, ok = r.watch.first(p, dead)
				return ok
			})
			took := first.Sub(at)
			if back && took > 2*r.silence {
				r.tell("slow", "partition %d was back %.1f s after %s", p, took.Seconds(), f)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			times := &r.ofBrokers
			if f.Kind != chaos.KillBroker {
				times = &r.recoveries
				delete(r.recovering, p)
			}
			if back {
				*times = append(*times, took)
			} else if ctx.Err() == nil {
				*times = append(*times, patience)
				r.card.Unrecovered = append(r.card.Unrecovered, fmt.Sprintf("partition %d, %v after %s", p, patience, f))
			}
		})
	}
}

// away notes that a partition has lost its node; false: it had already.
func (r *run) away(partition int32) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.recovering[partition] {
		return false
	}
	r.recovering[partition] = true
	return true
}

// struck counts a fault and tells of it.
func (r *run) struck(f chaos.Fault, format string, args ...any) {
	r.mu.Lock()
	r.card.Faults[f.Kind]++
	if f.Aim != "" {
		r.card.Aims[f.String()]++
	}
	r.mu.Unlock()
	r.tell(f.String(), format, args...)
}

// missed takes down what the run was to do and didn't.
func (r *run) missed(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.mu.Lock()
	r.card.Missing = append(r.card.Missing, text)
	r.mu.Unlock()
	r.tell("missing", "%s", text)
}

// ended tells of a node that ended by itself, or didn't when it was asked to.
func (r *run) ended(n *node) {
	how := "didn't stop when it was asked to"
	if n.gone() {
		how = n.process.End()
	}
	r.mu.Lock()
	r.card.End(n.String(), how, n.log, n.slept)
	r.mu.Unlock()
	r.tell("ended by itself", "%s: %s", n, how)
}

// tell writes a line of the journal, and one for a person.
func (r *run) tell(what, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	now := time.Now()
	line, _ := json.Marshal(map[string]string{"time": now.UTC().Format(time.RFC3339Nano), "what": what, "detail": text}) // texts always can be
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = r.journal.Write(append(line, '\n')) // the run goes on without
	fmt.Fprintf(r.Out, "%7.1f s  %-28s %s\n", now.Sub(r.began).Seconds(), what, text)
}
