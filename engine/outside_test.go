package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/kafka/kafkatest"
	"github.com/velox-trading/velox/messages"
)

// outsider runs the Python client, which must be there wherever brokers are.
type outsider struct {
	t         *testing.T
	python    string
	bootstrap string
	seen      chan outsideRecord
	records   []outsideRecord
}

// outsideRecord is a line of the Python client.
type outsideRecord struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Key       string `json:"key"`
	Value     string `json:"value"`
}

func newOutsider(t *testing.T, bootstrap []string) *outsider {
	t.Helper()
	python, err := filepath.Abs("../.cache/venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(python, "-c", "import confluent_kafka").CombinedOutput(); err != nil {
		t.Fatalf("the outside client needs confluent-kafka in .cache/venv (.ci/run tools installs it): %v\n%s", err, out)
	}
	return &outsider{t: t, python: python, bootstrap: strings.Join(bootstrap, ","), seen: make(chan outsideRecord, 10_000)}
}

func (o *outsider) produce(partitioner string, records ...outsideRecord) {
	o.t.Helper()
	var lines strings.Builder
	for _, r := range records {
		line, err := json.Marshal(r)
		if err != nil {
			o.t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
	}
	cmd := exec.Command(o.python, "testdata/outside.py", "produce", o.bootstrap, partitioner)
	cmd.Stdin = strings.NewReader(lines.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		o.t.Fatalf("produce with partitioner %s: %v\n%s", partitioner, err, out)
	}
}

// read starts the client on the topics; what it prints comes through until.
func (o *outsider) read(topics ...string) {
	o.t.Helper()
	cmd := exec.Command(o.python, append([]string{"testdata/outside.py", "read", o.bootstrap}, topics...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		o.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for s := bufio.NewScanner(out); s.Scan(); {
			var r outsideRecord
			if json.Unmarshal(s.Bytes(), &r) == nil {
				o.seen <- r
			}
		}
	}()
	o.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		go func() {
			for range o.seen { // let the reader end
			}
		}()
		<-ended
		close(o.seen)
		_ = cmd.Wait()
	})
}

// until reads until a record of the topic holds all the texts, a dead letter's in
// the record that it keeps, and gives it. Records stay: the next call may want an
// earlier one.
func (o *outsider) until(what, topic string, texts ...string) outsideRecord {
	o.t.Helper()
	limit := time.After(60 * time.Second)
	for at := 0; ; at++ {
		if at == len(o.records) {
			select {
			case r := <-o.seen:
				o.records = append(o.records, r)
			case <-limit:
				o.t.Fatalf("%s: no record of %s with %q within 60 s, in %d records", what, topic, texts, len(o.records))
			}
		}
		r := o.records[at]
		value := r.Value
		if topic == messages.TopicDeadLetters && r.Topic == topic {
			d, err := messages.DecodeDeadLetter([]byte(value))
			if err != nil {
				o.t.Fatal(err)
			}
			value += string(d.Data)
		}
		missing := func(text string) bool { return !strings.Contains(value, text) }
		if r.Topic == topic && !slices.ContainsFunc(texts, missing) {
			return r
		}
	}
}

// contract is the seed's page: its examples by topic, with one of the values where
// it lists alternatives.
var contract = map[string]string{
	messages.TopicUpdates: `{"symbol":"NIFTY","timeframe":"5min","timestamp":1704067200123,
		"indicators":{"EMA_20":{"value":18500.50,"is_realtime":true},"RSI_14":{"value":55.75,"is_realtime":true}},
		"forming_candle":{"open":18500.00,"high":18550.00,"low":18480.00,"close":18520.00,"volume":1000}}`,
	messages.TopicSignals: `{"strategy_id":"uuid","symbol":"NIFTY","timestamp":1704067200123,
		"signal":{"action":"BUY","confidence":0.85,"price":18500.50,"quantity":50,"stoploss":18450.00,"target":18600.00},
		"indicators":{"EMA_20":18500.50,"RSI_14":55.75}}`,
	messages.TopicOrders: `{"order_id":"uuid","strategy_id":"uuid","symbol":"NIFTY","timestamp":1704067200123,"event_type":"FILLED",
		"order":{"transaction_type":"BUY","order_type":"LIMIT","quantity":50,"price":18500.50,"status":"PENDING"},
		"execution":{"average_price":18500.25,"filled_quantity":50,"execution_time":1704067200150}}`,
	messages.TopicPositions: `{"position_id":"uuid","user_id":"uuid","symbol":"NIFTY","timestamp":1704067200123,"event_type":"OPENED",
		"position":{"quantity":50,"average_price":18500.00,"current_price":18520.00,"unrealized_pnl":1000.00,"realized_pnl":0.00,"status":"OPEN"}}`,
	messages.TopicAlerts: `{"alert_id":"uuid","user_id":"uuid","timestamp":1704067200123,"alert_type":"DAILY_LOSS","severity":"CRITICAL",
		"message":"Daily loss limit reached","data":{"current_loss":10000.00,"limit":10000.00,"positions_to_close":["NIFTY","BANKNIFTY"]}}`,
}

// shape lists the paths of a value with their types; the names of indicators,
// which are data, are left out.
func shape(path string, v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if strings.HasSuffix(path, ".indicators") {
				name = "*"
			}
			shape(path+"."+name, member, into)
		}
	case []any:
		for _, item := range v {
			shape(path+"[]", item, into)
		}
	default:
		into[fmt.Sprintf("%s %T", path, v)] = true
	}
}

func shapeOf(t *testing.T, text string) []string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	into := make(map[string]bool)
	shape("", v, into)
	paths := make([]string, 0, len(into))
	for p := range into {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

func (o *outsider) sameShape(r outsideRecord) {
	o.t.Helper()
	if got, want := shapeOf(o.t, r.Value), shapeOf(o.t, contract[r.Topic]); !slices.Equal(got, want) {
		o.t.Errorf("%s has the shape\n%s\nwant\n%s\nin %s", r.Topic, strings.Join(got, "\n"), strings.Join(want, "\n"), r.Value)
	}
}

// outsideAccounts has, for each symbol, an account with an external strategy and
// one with a rule, and a limit that a fall of the price breaks.
func outsideAccounts(t *testing.T, symbols []string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("accounts:\n")
	for _, s := range symbols {
		fmt.Fprintf(&b, `  - user_id: user-%[1]s
    deposit: 100000000
    limits: {daily_loss: 10000}
    strategies:
      - {strategy_id: external-%[1]s, name: external, symbols: [%[1]s], external: true}
  - user_id: rules-%[1]s
    deposit: 100000000
    strategies:
      - name: rules
        symbols: [%[1]s]
        timeframe: 5min
        rules: {entry_long: EMA_20 > 0 and RSI_14 > 0, stoploss: close * 0.5, target: close * 2, quantity: "1", evaluate: every_tick}
`, s)
	}
	path := filepath.Join(t.TempDir(), "accounts.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// misplacedSymbol gives a symbol that librdkafka's default partitioner (CRC-32)
// puts elsewhere than Kafka's Java client does.
func misplacedSymbol(partitions int32) string {
	for i := 0; ; i++ {
		s := fmt.Sprintf("NIFTY%d", i)
		if int32(crc32.ChecksumIEEE([]byte(s))%uint32(partitions)) != messages.HomePartition([]byte(s), partitions) {
			return s
		}
	}
}

// onBroker starts one broker with the topics, and gives a node's configuration
// on it, with a file of accounts if there is one, and overrides as path=value.
func onBroker(t *testing.T, file string, overrides ...string) *configs.Config {
	t.Helper()
	cluster := kafkatest.Start(t, kafkatest.Options{Brokers: 1})
	return onTopics(t, file, append([]string{
		"kafka.bootstrap_servers=" + strings.Join(cluster.BootstrapServers(), ","), "http.address=",
		"topics.profile=long-test", "node.status_every=0s", "kafka.session_timeout_ms=6000", "kafka.heartbeat_interval_ms=1000",
	}, overrides...))
}

// onTopics gives a configuration with overrides as path=value, and makes the topics on
// its brokers.
func onTopics(t *testing.T, file string, overrides []string) *configs.Config {
	t.Helper()
	sources := configs.Sources{Demo: configs.DemoOff, File: file}
	for _, o := range overrides {
		path, value, _ := strings.Cut(o, "=")
		sources.Flags = append(sources.Flags, configs.Override{Path: path, Value: value, Flag: "--set"})
	}
	c, err := configs.Load(sources)
	if err != nil {
		t.Fatal(err)
	}
	if err := TopicsApply(t.Context(), c, io.Discard); err != nil {
		t.Fatal(err)
	}
	return c
}

// readyNode starts a node and waits until it is ready, so that it takes in what
// is written from now on.
func readyNode(t *testing.T, c *configs.Config) *node {
	t.Helper()
	n, err := startNode(t.Context(), c, discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.stop(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		err := n.ready(ctx)
		if err == nil {
			return n
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// TestOutsideClient: a client that knows only the contract's page writes its
// messages, with its default partitioner and with murmur2, and reads the
// contract's shapes; its signals are traded, and one of an unknown strategy is a
// dead letter.
func TestOutsideClient(t *testing.T) {
	partitioners := map[string]string{"default": misplacedSymbol(6), "murmur2_random": "BANKNIFTY"}
	c := onBroker(t, outsideAccounts(t, []string{partitioners["default"], partitioners["murmur2_random"]}))
	readyNode(t, c)
	o := newOutsider(t, c.Kafka.BootstrapServers)
	o.read(messages.TopicUpdates, messages.TopicSignals, messages.TopicOrders, messages.TopicPositions, messages.TopicAlerts, messages.TopicDeadLetters)
	for partitioner, symbol := range partitioners {
		o.trade(partitioner, symbol)
	}
	passedOn := make(map[string]int)
	for _, r := range committed(t, c, messages.TopicTicks) {
		for _, h := range r.Headers {
			if h.Key == messages.HeaderWriter {
				passedOn[string(r.Key)]++
			}
		}
	}
	if len(passedOn) != 1 || passedOn[partitioners["default"]] != 43 {
		t.Errorf("ticks passed on to their homes: %v; want the 43 of %s", passedOn, partitioners["default"])
	}
}

// sessionMs is 09:15 in India on the day of the contract's examples.
const sessionMs = 1_704_080_700_000

// outsideTick is the contract's example at another time and price.
func outsideTick(symbol string, ms int64, price float64) outsideRecord {
	return outsideRecord{Topic: messages.TopicTicks, Key: symbol, Value: fmt.Sprintf(
		`{"symbol":%q,"exchange":"NSE","timestamp":%d,"price":%.2f,"volume":1000,"open":18500.00,"high":18550.00,"low":18480.00,`+
			`"close":18520.00,"tick_type":"trade","source":"smart_api"}`, symbol, ms, price)}
}

func (o *outsider) trade(partitioner, symbol string) {
	const candleMs = 300_000
	ms := int64(sessionMs)
	var past []outsideRecord
	for i := range 40 {
		past = append(past, outsideTick(symbol, ms, 18500+float64(i%7)))
		ms += candleMs
	}
	o.produce(partitioner, past...)
	o.sameShape(o.until("a warm update of "+symbol, messages.TopicUpdates, symbol, "RSI_14", "EMA_20", "forming_candle"))
	signal := func(strategy string) outsideRecord {
		return outsideRecord{Topic: messages.TopicSignals, Key: strategy, Value: fmt.Sprintf(
			`{"strategy_id":%q,"symbol":%q,"timestamp":%d,"signal":{"action":"BUY","confidence":0.85,"price":18510.50,"quantity":50,`+
				`"stoploss":17000.00,"target":19000.00},"indicators":{"EMA_20":18500.50,"RSI_14":55.75}}`, strategy, symbol, ms)}
	}
	o.produce(partitioner, signal("external-"+symbol), signal("nobody-"+symbol))
	o.until("the order of "+symbol, messages.TopicOrders, `"external-`+symbol, `"PLACED"`)
	o.produce(partitioner, outsideTick(symbol, ms+1000, 18505))
	o.sameShape(o.until("the fill of "+symbol, messages.TopicOrders, `"external-`+symbol, `"FILLED"`))
	o.sameShape(o.until("the position of "+symbol, messages.TopicPositions, `"user-`+symbol, `"OPENED"`))
	// 50 at 600 less is a loss of 30,000, above the limit of 10,000.
	o.produce(partitioner, outsideTick(symbol, ms+2000, 17900), outsideTick(symbol, ms+3000, 17900))
	o.sameShape(o.until("the alert of "+symbol, messages.TopicAlerts, `"user-`+symbol, `"CRITICAL"`))
	o.until("the close of "+symbol, messages.TopicPositions, `"user-`+symbol, `"CLOSED"`)
	o.sameShape(o.until("an own signal on "+symbol, messages.TopicSignals, symbol, `"indicators":{"EMA_20":1`, `"BUY"`, `"confidence":1,`))
	unclaimed := o.until("the dead letter of "+symbol, messages.TopicDeadLetters, `"UNCLAIMED"`, `"nobody-`+symbol)
	o.t.Logf("%s with partitioner %s: %s", symbol, partitioner, unclaimed.Value)
}
