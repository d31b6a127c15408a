package brokers_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/velox-trading/velox/kafka/brokers"
	"github.com/velox-trading/velox/kafka/kafkatest"
)

// childEnv makes this test program a process that starts a broker and waits to
// be killed.
const childEnv = "VELOX_BROKERS_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		child()
	}
	goleak.VerifyTestMain(m)
}

func child() {
	c, err := brokers.Run(context.Background(), kafkatest.Options{Dir: os.Getenv(childEnv)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(c.BootstrapServers()[0])
	select {}
}

func reachable(address string) bool {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// TestBrokersDieWithTheProcess kills a process that runs a broker.
func TestBrokersDieWithTheProcess(t *testing.T) {
	kafkatest.Start(t, kafkatest.Options{}).Close() // leaves the test out where there is no Kafka
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+t.TempDir())
	cmd.Stderr = os.Stderr
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSpace(line)
	if !reachable(address) {
		t.Fatalf("the broker at %s does not listen", address)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for deadline := time.Now().Add(10 * time.Second); reachable(address); {
		if time.Now().After(deadline) {
			t.Fatal("the broker outlives its process")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestBrokersAreControlled stops, pauses and restarts brokers of two.
func TestBrokersAreControlled(t *testing.T) {
	c := kafkatest.Start(t, kafkatest.Options{Brokers: 2})
	ready := func(n int) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		return c.WaitReady(ctx, n)
	}
	for name, end := range map[string]func(*brokers.Broker) error{"kill": (*brokers.Broker).Kill, "stop": (*brokers.Broker).Stop} {
		b := c.Broker(2)
		if err := end(b); err != nil {
			t.Fatal(err)
		}
		if b.Running() || reachable(b.Address()) {
			t.Errorf("%s: the broker is still there", name)
		}
		if err := end(b); err != nil {
			t.Errorf("%s twice: %v", name, err)
		}
		if err := b.Start(); err != nil {
			t.Fatal(err)
		}
		if err := ready(2); err != nil {
			t.Fatalf("%s: not back: %v", name, err)
		}
	}
	b := c.Brokers()[0]
	if err := b.Pause(); err != nil {
		t.Fatal(err)
	}
	if !b.Running() {
		t.Error("a paused broker does not count as running")
	}
	if err := b.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := ready(2); err != nil {
		t.Fatal(err)
	}
	if c.Broker(0) != nil || c.Broker(3) != nil || c.Broker(1) != b || b.NodeID() != 1 {
		t.Error("brokers are not found by their node ids")
	}
}

func TestWrongVersion(t *testing.T) {
	for _, version := range []string{"4", "4.1", "../4.1.0", "latest"} {
		if _, err := brokers.Fetch(t.Context(), version); err == nil || !strings.Contains(err.Error(), "three numbers") {
			t.Errorf("version %q gives %v", version, err)
		}
	}
}
