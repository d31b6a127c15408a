package engine

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/feeds/replay"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/trading/market"
)

// ReplayOptions say what Replay writes and what it shows.
type ReplayOptions struct {
	Files []string
	// Speed is the factor of the ticks' own time; 0 is as fast as Kafka takes them.
	Speed          float64
	NameByExchange bool
	// Enough, when it is closed, ends the replay in order before the files do: what was
	// sent is written, and counted in the summary. Nil: the files' end alone does.
	Enough <-chan struct{}
	// Node runs a node in this process until everything is taken in.
	Node bool
	// JSON prints the summary as JSON.
	JSON bool
	// Out takes the summary, Progress the bar: of what the node in this process has taken
	// in or, without one, of what was written.
	Out, Progress io.Writer
	Logger        *slog.Logger
}

// summary is what a replay tells at its end.
type summary struct {
	Source  string  `json:"source"`
	Ticks   int64   `json:"ticks"`
	Seconds float64 `json:"seconds"`
	FirstMs int64   `json:"first_ms"`
	LastMs  int64   `json:"last_ms"`
	// Calendars says which exchanges have none; absent: all have one.
	Calendars string `json:"calendars,omitempty"`
	// Node is what the node in this process made of the ticks.
	Node *made `json:"node,omitempty"`
}

// made counts what came of a replay's ticks.
type made struct {
	Updates     int64 `json:"updates"`
	LateTicks   int64 `json:"late_ticks"`
	Signals     int64 `json:"signals"`
	Orders      int64 `json:"orders"`
	Fills       int64 `json:"fills"`
	Alerts      int64 `json:"alerts"`
	DeadLetters int64 `json:"dead_letters"`
	// Reasons are those of the dead letters; absent without.
	Reasons map[string]int64 `json:"dead_letter_reasons,omitempty"`
}

// Replay writes the ticks of files to market-data-ticks, as a source of its own. Without
// a named cluster, and unless it runs a node itself, it writes to the embedded broker of
// the node that runs here.
func Replay(ctx context.Context, c *configs.Config, o ReplayOptions) error {
	id := newReplayID()
	files, err := replay.Open(o.Files, replay.Options{ID: id, NameByExchange: o.NameByExchange, Speed: o.Speed})
	if err != nil {
		return exit(ExitInput, "replay: %w", err)
	}
	defer func() { _ = files.Close() }() // it was only read
	to, stop, err := replayTarget(ctx, c, o)
	if err != nil {
		return err
	}
	err = writeReplay(ctx, c, o, files, to)
	if err == nil {
		err = o.summarise(replay.Source(id), files.Progress(), to.node, roundTheClock(c, to.exchanges))
	}
	return errors.Join(err, stop())
}

// newReplayID makes each replay a source of its own.
func newReplayID() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // it never fails
	return time.Now().UTC().Format("20060102T150405") + "-" + hex.EncodeToString(b)
}

// target is the cluster that a replay writes to, and the node in this process,
// if there is one.
type target struct {
	log  *kafka.Log
	node *node
	// exchanges are those of the ticks.
	exchanges map[string]bool
}

func replayTarget(ctx context.Context, c *configs.Config, o ReplayOptions) (*target, func() error, error) {
	if o.Node {
		n, err := startNode(ctx, c, o.Logger)
		if err != nil {
			return nil, nil, err
		}
		// Strategies see the ticks from the first one.
		if err := n.commandsTaken(ctx); err != nil {
			return nil, nil, errors.Join(err, n.stop())
		}
		return &target{log: n.log, node: n}, n.stop, nil
	}
	const orNode = ", and --node one for this replay alone"
	cl, err := reach(ctx, c, o.Logger)
	if err != nil {
		return nil, nil, orStartNode(c, err, orNode)
	}
	if err := cl.prepareTopics(ctx, c, o.Logger); err != nil {
		cl.close()
		return nil, nil, orStartNode(c, err, orNode)
	}
	log, err := kafka.OpenLog(cl.settings)
	if err != nil {
		cl.close()
		return nil, nil, exit(ExitSettings, "kafka: %w", err)
	}
	return &target{log: log}, func() error { log.Close(); cl.close(); return nil }, nil
}

// writeReplay writes the ticks and, with a node in this process, waits until it has taken
// them in.
func writeReplay(ctx context.Context, c *configs.Config, o ReplayOptions, files *replay.Replay, t *target) error {
	fmt.Fprintln(o.Progress, "waiting until every partition of", messages.TopicTicks, "has a shard that reads it")
	if err := waitForFrontiers(ctx, t.log); err != nil {
		return exit(ExitKafka, "replay: %w; start a node, or give --node", err)
	}
	producer, err := t.log.NewProducer()
	if err != nil {
		return exit(ExitKafka, "replay: %w", err)
	}
	defer producer.Close()
	bar, stopBar := context.WithCancel(ctx)
	var drawing sync.WaitGroup
	defer func() { stopBar(); drawing.Wait() }()
	progress := files.Progress
	if t.node != nil {
		in, err := t.node.beginIntake(ctx)
		if err != nil {
			return exit(ExitKafka, "replay: %w", err)
		}
		progress = func() replay.Progress { return in.progress(bar, files.Progress()) }
	}
	drawing.Go(func() { draw(bar, o.Progress, progress) })
	reading, stop := context.WithCancel(ctx)
	defer stop()
	drawing.Go(func() {
		select {
		case <-o.Enough:
			stop()
		case <-bar.Done():
		}
	})
	t.exchanges = make(map[string]bool)
	err = files.Run(reading, &exchangesSeen{
		Sink: &sending{ctx, &tickWriter{producer: producer, protobuf: c.Processing.Format == "protobuf"}}, exchanges: t.exchanges,
	})
	if ctx.Err() == nil && reading.Err() != nil && errors.Is(err, reading.Err()) {
		err = nil // enough
	}
	if err == nil {
		err = producer.Flush(ctx)
	}
	switch {
	case err != nil:
		return exit(ExitInput, "replay: %w", err)
	case t.node != nil && files.Progress().Ticks > 0:
		return takenIn(ctx, t.node)
	}
	return nil
}

// sending sends under a context of its own: that no more is wanted does not undo what
// was read before.
type sending struct {
	ctx context.Context
	to  *tickWriter
}

// Send implements the feeds' Sink.
func (s *sending) Send(_ context.Context, t *market.Tick) error { return s.to.Send(s.ctx, t) }

// summarise tells what was written, and what a node in this process, if there is
// one, made of it.
func (o *ReplayOptions) summarise(source string, p replay.Progress, n *node, calendars string) error {
	s := summary{Source: source, Ticks: p.Ticks, Seconds: p.Elapsed.Seconds(), FirstMs: p.FirstMs, LastMs: p.TimeMs, Calendars: calendars}
	if n != nil {
		t := n.observer.totals()
		s.Node = &made{t.updates, n.observer.late.Load(), t.signals, t.orders, t.fills, t.alerts, t.dead, n.observer.deadLetters()}
	}
	if o.JSON {
		return json.NewEncoder(o.Out).Encode(s)
	}
	if s.Ticks == 0 {
		_, err := fmt.Fprintln(o.Out, "0 ticks: the files have none")
		return err
	}
	_, err := fmt.Fprintf(o.Out, "%d ticks from %s to %s in %.1f s, %.0f a second\n", s.Ticks,
		time.UnixMilli(s.FirstMs).UTC().Format(time.DateTime), time.UnixMilli(s.LastMs).UTC().Format(time.DateTime), s.Seconds, p.PerSecond())
	if err == nil && calendars != "" {
		_, err = fmt.Fprintln(o.Out, calendars)
	}
	if err == nil && s.Node != nil {
		_, err = fmt.Fprintf(o.Out, "%d updates (%d late ticks), %d signals, %d orders, %d fills, %d alerts, %d dead letters%s\n",
			s.Node.Updates, s.Node.LateTicks, s.Node.Signals, s.Node.Orders, s.Node.Fills, s.Node.Alerts, s.Node.DeadLetters, deadLetterReasons(s.Node.Reasons)+deadLetterHint(s.Node.Reasons, o.NameByExchange))
	}
	return err
}

// deadLetterReasons lists the reasons of dead letters in brackets.
func deadLetterReasons(byReason map[string]int64) string {
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(byReason)) {
		parts = append(parts, fmt.Sprintf("%s %d", reason, byReason[reason]))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// deadLetterHint names the option that helps against dead letters, if one does.
func deadLetterHint(byReason map[string]int64, nameByExchange bool) string {
	if byReason["EXCHANGE_MISMATCH"] == 0 || nameByExchange {
		return ""
	}
	return "; the files have a symbol on several exchanges: --name-by-exchange keeps them apart, as {symbol}.{exchange}"
}
