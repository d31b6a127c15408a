package brokers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHome: jars are found in a distribution and in a directory of them; anything else
// is an error that says what is wanted.
func TestHome(t *testing.T) {
	home := t.TempDir()
	find := func(dir string) (string, error) { return jarsOf(t.Context(), &Options{Home: dir}) }
	if _, err := find(home); err == nil || !strings.Contains(err.Error(), "want an unpacked distribution of Kafka") {
		t.Errorf("an empty home: %v", err)
	}
	if _, err := find(filepath.Join(home, "nowhere")); err == nil || !strings.Contains(err.Error(), "the home of Kafka") {
		t.Errorf("no home: %v", err)
	}
	libs := filepath.Join(home, "libs")
	if err := os.Mkdir(libs, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(libs, "kafka_2.13-4.1.2.jar"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{home, libs} {
		if got, err := find(dir); err != nil || got != libs {
			t.Errorf("%s: %s, %v", dir, got, err)
		}
	}
}

// TestListeners: more listeners are advertised by the addresses that Advertise gives.
func TestListeners(t *testing.T) {
	c := &Cluster{options: Options{Listeners: 2, Advertise: func(broker, listener int, _ string) (string, error) {
		return map[int]string{0: "proxy:1", 1: "proxy:2"}[listener+broker], nil
	}}}
	b := &Broker{cluster: c, port: 1, controllerPort: 2}
	c.brokers = []*Broker{b}
	if err := b.listen(make(map[int]bool)); err != nil {
		t.Fatal(err)
	}
	text := c.properties(0)
	for _, want := range []string{
		"advertised.listeners=PLAINTEXT://127.0.0.1:1,CLIENT0://proxy:1,CLIENT1://proxy:2\n", ",CLIENT1://" + b.more[1].address + "\n",
		"CLIENT0:PLAINTEXT,CLIENT1:PLAINTEXT\n", "inter.broker.listener.name=PLAINTEXT\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
