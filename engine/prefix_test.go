package engine

import (
	"errors"
	"io"
	"testing"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/messages"
)

// TestRefusedNodeLeavesNothing: a node of another prefix is refused before it has given
// its accounts' commands, written ticks or claimed its prefix.
func TestRefusedNodeLeavesNothing(t *testing.T) {
	c, err := configs.Load(configs.Sources{
		Demo: configs.DemoOff, File: manyAccounts(t, 3, []string{"AURORA", "BASALT"}),
		Flags: []configs.Override{
			{Path: "broker.address", Value: "127.0.0.1:0", Flag: "--set"},
			{Path: "http.address", Value: "", Flag: "--set"},
			{Path: "node.status_every", Value: "0s", Flag: "--set"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	first := readyNode(t, c)
	other := *c
	other.Kafka.BootstrapServers = []string{first.cluster.embedded.Address()}
	other.Kafka.GroupIDPrefix, other.Node.Cluster, other.Simulate.Enabled = "second", "second", true
	commands := len(committed(t, &other, messages.TopicCommands))
	if commands == 0 {
		t.Fatal("the first node has given no commands")
	}
	err = Run(t.Context(), &other, RunOptions{Out: io.Discard, Logger: discard()})
	var e *Error
	if !errors.As(err, &e) || e.Code != ExitRefused {
		t.Fatalf("%v: want exit code %d", err, ExitRefused)
	}
	if n := len(committed(t, &other, messages.TopicCommands)); n != commands {
		t.Errorf("the node that was refused has given %d commands", n-commands)
	}
	if n := len(committed(t, &other, messages.TopicTicks)); n > 0 {
		t.Errorf("the node that was refused has written %d ticks", n)
	}
	if held, err := first.log.GroupOffsets(t.Context(), "second-cluster"); err != nil || len(held) > 0 {
		t.Errorf("the node that was refused holds its prefix: %v, %v", held, err)
	}
}
