package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/velox-trading/velox/engine/scenario"
	"github.com/velox-trading/velox/messages"
)

// ScenarioOptions say which scenarios run and where their results go.
type ScenarioOptions struct {
	// Paths are files; a folder stands for its *.scenario files.
	Paths []string
	Out   io.Writer
	// JSON: the results come as one JSON document at the end, not as lines.
	JSON bool
	// Log takes what the shards log: of scenarios that fail, or, Verbose, of all. Logger
	// makes a logger that writes to it.
	Log     io.Writer
	Logger  func(io.Writer) *slog.Logger
	Verbose bool
}

// ScenarioResult is how one scenario went.
type ScenarioResult struct {
	File string `json:"file"`
	OK   bool   `json:"ok"`
	// Seconds it took.
	Seconds  float64            `json:"seconds"`
	Problems []scenario.Problem `json:"problems,omitempty"`
	// Error says why it could not be read or run to its end.
	Error string `json:"error,omitempty"`
}

// Scenarios runs scenario files, one after the other, each on shards of its own
// on a log in memory, and prints what differs from what they expect. One that can't
// be read doesn't keep the others from running. The code is what the printed results
// exit with; the error is of what could not be printed.
func Scenarios(ctx context.Context, o ScenarioOptions) (code int, err error) {
	files, err := scenarioFiles(o.Paths)
	if err != nil {
		return 0, err
	}
	results := make([]ScenarioResult, 0, len(files))
	failed, broken := 0, error(nil)
	for _, path := range files {
		r, err := o.result(ctx, path)
		results = append(results, r)
		if !r.OK {
			failed++
		}
		if broken == nil {
			broken = err
		}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if !o.JSON {
			r.print(o.Out)
		}
	}
	if o.JSON {
		err = printResults(o.Out, results, failed)
	} else {
		_, err = fmt.Fprintf(o.Out, "%d passed, %d failed\n", len(files)-failed, failed)
	}
	if coded := (*Error)(nil); errors.As(broken, &coded) {
		code = coded.Code
	} else if failed > 0 {
		code = ExitFailed
	}
	if err != nil {
		return 0, exit(ExitInput, "test: %w", err)
	}
	return code, nil
}

// result runs a scenario, and passes on what it logged when somebody wants to know.
func (o *ScenarioOptions) result(ctx context.Context, path string) (ScenarioResult, error) {
	start := time.Now()
	r := ScenarioResult{File: path}
	logged := &firstBytes{left: maxScenarioLog}
	text, err := os.ReadFile(path)
	if err != nil {
		err = exit(ExitInput, "test: %w", err)
	} else {
		r.Problems, err = RunScenario(ctx, path, string(text), o.Logger(logged))
	}
	if err != nil {
		r.Error = err.Error()
	}
	r.OK = err == nil && len(r.Problems) == 0
	r.Seconds = time.Since(start).Seconds()
	if o.Verbose || !r.OK {
		_, _ = logged.WriteTo(o.Log) // it is beside the point when the results can be printed
	}
	return r, err
}

// maxScenarioLog bounds what is kept of one scenario's log.
const maxScenarioLog = 256 << 10

// firstBytes keeps the first bytes that are written, and passes over the rest. It is
// safe for concurrent use.
type firstBytes struct {
	mu   sync.Mutex
	kept bytes.Buffer
	left int
}

func (f *firstBytes) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := min(len(p), f.left)
	f.left -= n
	f.kept.Write(p[:n])
	return len(p), nil
}

// WriteTo implements io.WriterTo.
func (f *firstBytes) WriteTo(w io.Writer) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 {
		f.kept.WriteString("... and more\n")
	}
	return f.kept.WriteTo(w)
}

func (r *ScenarioResult) print(out io.Writer) {
	if r.OK {
		fmt.Fprintf(out, "ok    %s\n", r.File)
		return
	}
	fmt.Fprintf(out, "FAIL  %s\n", r.File)
	for _, p := range r.Problems {
		fmt.Fprintf(out, "  %s\n", strings.ReplaceAll(p.String(), "\n", "\n  "))
	}
	if r.Error != "" {
		fmt.Fprintf(out, "  %s\n", strings.ReplaceAll(r.Error, "\n", "\n  "))
	}
}

func printResults(out io.Writer, results []ScenarioResult, failed int) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		OK        bool             `json:"ok"`
		Passed    int              `json:"passed"`
		Failed    int              `json:"failed"`
		Scenarios []ScenarioResult `json:"scenarios"`
	}{failed == 0, len(results) - failed, failed, results})
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
// from what it expects. The error is one of the text or of the shards.
func RunScenario(ctx context.Context, name, text string, logger *slog.Logger) ([]scenario.Problem, error) {
	return runScenario(ctx, name, text, logger, scenarioWay{})
}

// scenarioWay is how a scenario is run; nothing of it may change what comes out.
type scenarioWay struct {
	// oneByOne: each tick is taken in before the next comes. restarts: all shards
	// restart before each check. protobuf: all is written in protobuf.
	oneByOne, restarts, protobuf bool
}

func runScenario(ctx context.Context, name, text string, logger *slog.Logger, way scenarioWay) (bad []scenario.Problem, err error) {
	f, c, err := readScenario(name, text)
	if err != nil {
		return nil, err
	}
	if way.protobuf {
		c.Processing.Format = "protobuf"
	}
	first := slices.IndexFunc(f.Steps, func(s scenario.Step) bool { return s.Tick != nil })
	r := scenarioRun{journal: scenario.NewJournal(), timeout: c.Node.ShutdownTimeout, way: way}
	if r.node, err = startMemoryNode(ctx, c, OnePartition, f.Steps[first].Tick.TimeMs, logger, r.journal.Take); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r.journal.Always(c.Symbols.Timeframe, c.Symbols.Indicators)
	for _, a := range c.Accounts {
		r.journal.Follow(a.UserID)
	}
	r.journal.Call(strategiesOf(c))
	defer func() { err = errors.Join(err, r.node.stop(r.timeout)) }()
	r.node.outputs = append(slices.Clone(outputTopics), messages.TopicUpdates)
	for i := range f.Steps {
		problems, err := r.step(ctx, &f.Steps[i])
		bad = append(bad, problems...)
		if err != nil {
			return bad, fmt.Errorf("%s:%d: %w", name, f.Steps[i].Line, err)
		}
	}
	return bad, nil
}

// scenarioRun is a scenario that is being run.
type scenarioRun struct {
	node    *memoryNode
	journal *scenario.Journal
	timeout time.Duration // of a stop
	way     scenarioWay
	passed  passedOver // until the check before
}

func (r *scenarioRun) step(ctx context.Context, s *scenario.Step) ([]scenario.Problem, error) {
	if s.Tick != nil {
		if err := r.node.send(ctx, s.Tick); err != nil || !r.way.oneByOne {
			return nil, err
		}
		return nil, r.node.drain(ctx)
	}
	// All others find what was before them taken in.
	if err := r.node.drain(ctx); err != nil {
		return nil, err
	}
	if s.Restart || s.Check != nil && r.way.restarts {
		if err := r.restart(ctx); err != nil {
			return nil, err
		}
	}
	switch {
	case s.Write != nil:
		return nil, r.write(ctx, s.Write)
	case s.Check != nil:
		return r.check(s.Check), nil
	}
	return nil, nil
}

// write puts a record of others between the ticks before and after it.
func (r *scenarioRun) write(ctx context.Context, out *messages.Out) error {
	if r.node.cluster.Partitions(out.Topic) == 0 {
		return fmt.Errorf("there is no topic %q", out.Topic)
	}
	record := *out
	if out.Topic == messages.TopicCommands {
		r.journal.Follow(string(out.Key))
	}
	var err error
	if record.Value, err = r.journal.Fill(out.Value); err != nil {
		return err
	}
	r.node.cluster.Produce(record)
	return r.node.drain(ctx)
}

// restart ends all shards and starts them from what they have saved.
func (r *scenarioRun) restart(ctx context.Context) error {
	if err := r.node.stop(r.timeout); err != nil {
		return err
	}
	if err := r.node.startShards(); err != nil {
		return err
	}
	if err := r.node.ready(ctx); err != nil {
		return err
	}
	return r.node.drain(ctx)
}
