package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/scenario"
	"github.com/velox-trading/velox/messages"
)

// Scenarios runs scenario files, one after the other, each on shards of its own
// on a log in memory, and prints what differs from what they expect. A folder stands for
// its *.scenario files. The error says how many failed.
func Scenarios(ctx context.Context, paths []string, out io.Writer, logger *slog.Logger) error {
	files, err := scenarioFiles(paths)
	if err != nil {
		return err
	}
	failed := 0
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return exit(ExitInput, "test: %w", err)
		}
		bad, err := RunScenario(ctx, path, string(text), logger)
		if err != nil {
			return err
		}
		if len(bad) == 0 {
			fmt.Fprintf(out, "ok    %s\n", path)
			continue
		}
		failed++
		fmt.Fprintf(out, "FAIL  %s\n      %s\n", path, strings.Join(bad, "\n      "))
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", len(files)-failed, failed)
	if failed > 0 {
		return exit(ExitFailed, "test: %d of %d scenarios failed", failed, len(files))
	}
	return nil
}

func scenarioFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, exit(ExitInput, "test: %w", err)
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		inside, err := filepath.Glob(filepath.Join(path, "*.scenario"))
		if err != nil {
			return nil, exit(ExitInput, "test: %w", err)
		}
		if len(inside) == 0 {
			return nil, exit(ExitInput, "test: %s has no *.scenario files", path)
		}
		files = append(files, inside...)
	}
	return files, nil
}

// RunScenario runs one scenario's text, named for messages, and gives what differs
// from what it expects, in words. The error is one of the text or of the shards.
func RunScenario(ctx context.Context, name, text string, logger *slog.Logger) (bad []string, err error) {
	f, err := scenario.Parse(name, text)
	if err != nil {
		return nil, exit(ExitSettings, "%w", err)
	}
	c, err := configs.Parse(name, []byte(f.Config))
	if err != nil {
		return nil, exit(ExitSettings, "%w", err)
	}
	first := slices.IndexFunc(f.Steps, func(s scenario.Step) bool { return s.Tick != nil })
	if first < 0 {
		return nil, exit(ExitSettings, "%s: has no ticks", name)
	}
	journal := scenario.NewJournal()
	n, err := startMemoryNode(ctx, c, OnePartition, f.Steps[first].Tick.TimeMs, logger, journal.Take)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer func() { err = errors.Join(err, n.stop(c.Node.ShutdownTimeout)) }()
	n.outputs = append(slices.Clone(outputTopics), messages.TopicUpdates)
	for _, s := range f.Steps {
		switch {
		case s.Tick != nil:
			err = n.send(ctx, s.Tick)
		case s.Write != nil:
			err = n.write(ctx, s.Write)
		case s.Check != nil:
			if err = n.drain(ctx); err == nil {
				for _, problem := range journal.Check(s.Check) {
					bad = append(bad, fmt.Sprintf("at %s, %s", s.Check.Time, problem))
				}
			}
		}
		if err != nil {
			return bad, fmt.Errorf("%s:%d: %w", name, s.Line, err)
		}
	}
	return bad, nil
}

// write puts a record of others between the ticks before and after it.
func (n *memoryNode) write(ctx context.Context, r *messages.Out) error {
	if err := n.drain(ctx); err != nil {
		return err
	}
	if n.cluster.Partitions(r.Topic) == 0 {
		return fmt.Errorf("there is no topic %q", r.Topic)
	}
	n.cluster.Produce(*r)
	return n.drain(ctx)
}
