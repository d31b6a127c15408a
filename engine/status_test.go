package engine

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/velox-trading/velox/messages"
)

// TestBehind: a shard that is past the end that was seen is not behind, and partitions
// that are not read count for nothing.
func TestBehind(t *testing.T) {
	tp := func(p int32) messages.TopicPartition { return messages.TopicPartition{Topic: "t", Partition: p} }
	ends := map[messages.TopicPartition]messages.OffsetRange{tp(0): {End: 10}, tp(1): {End: 10}, tp(2): {End: 10}, tp(3): {End: 10}}
	got := behind(ends, map[messages.TopicPartition]int64{tp(0): 4, tp(1): 10, tp(2): 15, tp(7): 1})
	if want := map[messages.TopicPartition]int64{tp(0): 6, tp(1): 0, tp(2): 0}; !maps.Equal(got, want) {
		t.Errorf("behind are %v, want %v", got, want)
	}
}

// TestNodeMissesTicks: a node that nobody sends a tick says so, with what to do; one
// that has taken some in says nothing.
func TestNodeMissesTicks(t *testing.T) {
	n := readyNode(t, onBroker(t, ""))
	var log bytes.Buffer
	n.logger = slog.New(slog.NewTextHandler(&log, nil))
	n.missTicks(t.Context(), 0)
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "no source of ticks") || !strings.Contains(got, "veloxd replay") {
		t.Errorf("without ticks it says %q", got)
	}
	log.Reset()
	n.observer.ticks.Add(1)
	n.missTicks(t.Context(), 0)
	if log.Len() > 0 {
		t.Errorf("with ticks it says %q", log.String())
	}
}

// TestLagWithoutLines: the lag is on the page of metrics of a node that writes no lines,
// too.
func TestLagWithoutLines(t *testing.T) {
	c := settings(t, map[string]string{"broker.address": "127.0.0.1:0", "http.address": "127.0.0.1:0", "node.status_every": "0s"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	told, tell := io.Pipe()
	ran := make(chan error, 1)
	go func() { ran <- Run(ctx, c, RunOptions{Out: tell, Logger: discard()}) }()
	page := ""
	for lines := bufio.NewScanner(told); page == "" && lines.Scan(); {
		if _, rest, ok := strings.Cut(lines.Text(), "pages    "); ok {
			page, _, _ = strings.Cut(rest, " ")
		}
	}
	go func() { _, _ = io.Copy(io.Discard, told) }()
	for !strings.Contains(pageOf(t, page), `kafka_consumer_lag{group="velox-trading-market-data-group"`) {
		select {
		case <-ctx.Done():
			t.Fatalf("%s has no lag within a minute", page)
		case <-time.After(100 * time.Millisecond):
		}
	}
	cancel()
	if err := <-ran; err != nil {
		t.Error(err)
	}
	_ = tell.Close()
}

func pageOf(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url) //nolint:noctx // a page of this process
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
