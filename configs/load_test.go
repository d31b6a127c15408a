package configs

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/velox-trading/velox/trading/strategy/examples" // the configurations of compiled strategies need some
)

// TestBadConfigs reads testdata/*.bad.yaml: each breaks one rule, and its last
// lines "# want: TEXT" are the messages, in order. A TEXT that ends with ": " or "want "
// stands for its beginning.
func TestBadConfigs(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.bad.yaml"))
	if err != nil || len(files) < 50 {
		t.Fatalf("found %d files: %v", len(files), err)
	}
	wantLine := regexp.MustCompile(`(?m)^# want: (.*)$`)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".bad.yaml"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, m := range wantLine.FindAllStringSubmatch(string(text), -1) {
				want = append(want, m[1])
			}
			var wrong *Error
			if _, err := Parse("bad.yaml", text); !errors.As(err, &wrong) {
				t.Fatalf("gives %v, want %q", err, want)
			}
			if len(wrong.Problems) != len(want) {
				t.Fatalf("gives\n%v\nwant %d problems", wrong, len(want))
			}
			for i, p := range wrong.Problems {
				got := p.String()
				if got != want[i] && (!isBeginning(want[i]) || !strings.HasPrefix(got, want[i])) {
					t.Errorf("gives\n%s\nwant\n%s", got, want[i])
				}
			}
		})
	}
}

func isBeginning(want string) bool {
	return strings.HasSuffix(want, ": ") || strings.HasSuffix(want, "want ")
}

func TestShippedDefaultsGiveEverySetting(t *testing.T) {
	cfg, err := Load(Sources{Demo: DemoOff})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range cfg.Settings() {
		if !strings.HasPrefix(s.Where, "shipped velox.yaml:") || cfg.where[s.Path] == (spot{}) {
			t.Errorf("%s is not in velox.yaml, so its default and meaning are nowhere (it is from %s)", s.Path, s.Where)
		}
	}
	if !cfg.Embedded() || cfg.Simulate.Enabled || len(cfg.Accounts) != 0 {
		t.Errorf("defaults must bring an embedded broker and simulate nothing: %+v", cfg)
	}
}

// TestSeedDefaults holds the seed contract's values.
func TestSeedDefaults(t *testing.T) {
	cfg, err := Load(Sources{Demo: DemoOff})
	if err != nil {
		t.Fatal(err)
	}
	want := Kafka{
		BootstrapServers: []string{}, GroupIDPrefix: "velox-trading", AutoOffsetReset: "latest",
		SessionTimeoutMs: 30000, HeartbeatIntervalMs: 3000, MaxPollRecords: 1000, FetchMaxBytes: 52428800,
		CompressionType: "lz4", BatchSize: 16384, LingerMs: 5, MaxInFlight: 5, Acks: "all", Retries: 3,
		TransactionTimeoutMs: 30000,
	}
	if !reflect.DeepEqual(cfg.Kafka, want) {
		t.Errorf("kafka is %+v\nwant %+v", cfg.Kafka, want)
	}
}

func TestSourcesInOrder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	text := "log: {level: warn, format: json}\nkafka: {linger_ms: 7}\nsymbols:\n  indicators: [SMA_5]\ntopics: {file: topics.yaml}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(Sources{
		File: file,
		Env: []string{
			"KAFKA_BOOTSTRAP_SERVERS=kafka-1:9092, kafka-2:9092", "VELOX_LOG_LEVEL=error", "KAFKA_HEAP_OPTS=-Xmx1g",
			"VELOX_SERVICE_HOST=10.0.0.1", "VELOX_PORT_8090_TCP=tcp://10.0.0.1:8090", "VELOX_REQUIRE_KAFKA=1",
			"VELOX_SYMBOLS_EMIT=250ms", "KAFKA_RETRIES=", "HOME=/root",
		},
		Flags: []Override{{Path: "log.level", Value: "debug", Flag: "--log-level"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Log.Level != "debug" || cfg.Log.Format != "json" || cfg.Kafka.LingerMs != 7 || cfg.Kafka.Retries != 3 {
		t.Errorf("log is %+v, kafka %+v", cfg.Log, cfg.Kafka)
	}
	if !slices.Equal(cfg.Kafka.BootstrapServers, []string{"kafka-1:9092", "kafka-2:9092"}) || cfg.Embedded() {
		t.Errorf("bootstrap servers are %q", cfg.Kafka.BootstrapServers)
	}
	if !slices.Equal(cfg.Symbols.Indicators, []string{"SMA_5"}) {
		t.Errorf("indicators are %q: a list must replace the default", cfg.Symbols.Indicators)
	}
	if cfg.Symbols.Emit != (Emit{Mode: EmitInterval, Every: 250 * time.Millisecond}) {
		t.Errorf("emit is %+v", cfg.Symbols.Emit)
	}
	if want := filepath.Join(filepath.Dir(file), "topics.yaml"); cfg.Topics.File != want {
		t.Errorf("topics file is %s, want %s: relative to the file that names it", cfg.Topics.File, want)
	}
	for path, want := range map[string]string{
		"log.level":              "flag --log-level",
		"log.format":             "mine.yaml:1",
		"kafka.linger_ms":        "mine.yaml:2",
		"kafka.retries":          "shipped velox.yaml:",
		"symbols.emit":           "environment variable VELOX_SYMBOLS_EMIT",
		"symbols.indicators[0]":  "mine.yaml:4",
		"symbols.indicators[1]":  "mine.yaml:4", // gone with the default's list
		"calendars.file":         "shipped velox.yaml",
		"symbols.source_silence": "shipped velox.yaml",
	} {
		if got := cfg.Where(path); !strings.HasPrefix(got, want) {
			t.Errorf("%s comes from %s, want %s", path, got, want)
		}
	}
}

func TestProblemsOfAllSourcesTogether(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte("log: {level: loud}\nrevision: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(Sources{
		File: file,
		Env:  []string{"KAFKA_LINGER_MS=soon", "VELOX_LOG_LEVELS=info", "KAFKA_ACK=1", "KAFKA_HOME=/opt/kafka", "KAFKA_OPTS=-x"},
		Flags: []Override{
			{Path: "http.address", Value: "x", Flag: "--http-address"},
			{Path: "http.adress", Value: "x", Flag: "--set"},
			{Path: "accounts", Value: "x", Flag: "--set"},
			{Path: "nonsense", Value: "x", Flag: "--set"},
		},
	})
	want := `configuration: 9 problems
  mine.yaml:1:14: log.level: "loud": want one of debug, info, warn, error
  mine.yaml:2:11: revision: "x": want a whole number
  environment variable KAFKA_ACK: "1": no setting has this variable: did you mean KAFKA_ACKS?
  environment variable KAFKA_LINGER_MS: kafka.linger_ms: "soon": want a whole number
  environment variable VELOX_LOG_LEVELS: "info": no setting has this variable: did you mean VELOX_LOG_LEVEL?
  flag --set: http.adress: "x": no such setting: did you mean http.address?
  flag --set: accounts: "x": is no single value: set it in a file
  flag --set: nonsense: "x": no such setting: docs/configuration.md lists all
  flag --http-address: http.address: "x": want host:port with a port of 0 to 65535, such as 127.0.0.1:9092`
	if err == nil || err.Error() != want {
		t.Errorf("gives\n%v\nwant\n%s", err, want)
	}
}

func TestDemoOnlyWhenNothingSaysOtherwise(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	join := []Override{{Path: "kafka.bootstrap_servers", Value: "k:9092", Flag: "--bootstrap-servers"}}
	for name, c := range map[string]struct {
		sources Sources
		demo    bool
	}{
		"alone":              {Sources{}, true},
		"a file":             {Sources{File: file}, false},
		"a file by variable": {Sources{Env: []string{"VELOX_CONFIG=" + file}}, false},
		"a cluster":          {Sources{Env: []string{"KAFKA_BOOTSTRAP_SERVERS=k:9092"}}, false},
		"a cluster by flag":  {Sources{Flags: join}, false},
		"asked for":          {Sources{Demo: DemoOn, Flags: join}, true},
		"refused":            {Sources{Demo: DemoOff}, false},
	} {
		cfg, err := Load(c.sources)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if cfg.Simulate.Enabled != c.demo || (len(cfg.Accounts) > 0) != c.demo {
			t.Errorf("%s: simulate %v with %d accounts, want %v", name, cfg.Simulate.Enabled, len(cfg.Accounts), c.demo)
		}
	}
}

func TestMissingFile(t *testing.T) {
	_, err := Load(Sources{File: filepath.Join(t.TempDir(), "none.yaml")})
	if err == nil || errors.As(err, new(*Error)) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("gives %v", err)
	}
}

// TestDocsListEverySetting holds docs/configuration.md to the code: each row of
// its tables is | `path` | default | allowed | meaning |.
func TestDocsListEverySetting(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	documented := make(map[string]string)
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| ([^|]*) \\|").FindAllStringSubmatch(string(page), -1) {
		documented[m[1]] = strings.Trim(strings.TrimSpace(m[2]), "`")
	}
	cfg, err := Load(Sources{Demo: DemoOff})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range cfg.Settings() {
		value := s.Value
		if value == "" {
			value = "empty"
		}
		if got, ok := documented[s.Path]; !ok || got != value {
			t.Errorf("docs/configuration.md says %q of %s, the default is %q", got, s.Path, value)
		}
		delete(documented, s.Path)
	}
	for _, path := range slices.Sorted(maps.Keys(documented)) {
		t.Errorf("docs/configuration.md lists %s, which is no setting", path)
	}
}

// TestEverySettingHasAVariable holds the names apart: two settings with one
// variable could not both be set.
func TestEverySettingHasAVariable(t *testing.T) {
	seen := make(map[string]string)
	eachSetting("", reflect.ValueOf(&Config{}).Elem(), func(path string, _ reflect.Value) {
		name := EnvName(path)
		if seen[name] != "" {
			t.Errorf("%s and %s share %s", path, seen[name], name)
		}
		seen[name] = path
	})
	for _, seed := range []string{
		"KAFKA_BOOTSTRAP_SERVERS", "KAFKA_GROUP_ID_PREFIX", "KAFKA_AUTO_OFFSET_RESET", "KAFKA_ENABLE_AUTO_COMMIT",
		"KAFKA_SESSION_TIMEOUT_MS", "KAFKA_HEARTBEAT_INTERVAL_MS", "KAFKA_MAX_POLL_RECORDS", "KAFKA_FETCH_MAX_BYTES",
		"KAFKA_COMPRESSION_TYPE",
	} {
		if seen[seed] == "" {
			t.Errorf("the seed's %s sets nothing", seed)
		}
	}
}

func TestAnchorsAndMaps(t *testing.T) {
	cfg, err := Parse("mine.yaml", []byte(`
accounts:
  - user_id: a
    limits: &limits {daily_loss: 1000.5, position_size: 10}
  - {user_id: b, limits: *limits}
`))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(cfg.Accounts[1].Limits, cfg.Accounts[0].Limits) || cfg.Accounts[1].Limits.DailyLoss.String() != "1000.5" {
		t.Errorf("limits are %+v", cfg.Accounts[1].Limits)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("log: {level: warn}\n"))
	f.Add([]byte("a: &a [*a]\nlog: *a\n"))
	f.Add([]byte("accounts: [{user_id: x, deposit: 1e400}]"))
	f.Add([]byte("kafka:\n  tls: &t {enabled: true}\n  sasl: *t\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if cfg, err := Parse("fuzz.yaml", text); (cfg == nil) == (err == nil) {
			t.Errorf("gives %v and %v", cfg, err)
		}
	})
}

// TestForgottenZone: times of day without a zone are UTC's, which is right and seldom meant.
func TestForgottenZone(t *testing.T) {
	for rules, want := range map[string]string{
		`square_off: "15:20"`:                        `my.yaml:6:52: accounts[0].strategies[0].rules.square_off: "15:20": is in UTC, for no zone is given`,
		`session: 09:15-15:30, windows: 09:20-10:00`: `rules.session: "09:15-15:30": is in UTC`,
		`square_off: "15:20", zone: UTC`:             "",
		`cool_down: 5m`:                              "",
	} {
		cfg, err := Parse("my.yaml", []byte("accounts:\n  - user_id: a\n    strategies:\n      - name: s\n        symbols: [X]\n        rules: {entry_long: close > 1, "+rules+"}\n"))
		if err != nil {
			t.Fatal(err)
		}
		switch got := cfg.Warnings(); {
		case want == "" && len(got) > 0, want != "" && (len(got) != 1 || !strings.Contains(got[0].String(), want)):
			t.Errorf("%s gives %v, want %q", rules, got, want)
		}
	}
}
