// Command veloxd is a node of Velox and the tools around it. Alone it runs a
// whole node with an embedded broker and a simulated market; docs/architecture.md
// tells what a node is. Each command stands in a file of its own; the work is
// done in the engine package.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/velox-trading/velox/configs"
)

// Exit codes. Errors of the engine carry codes of their own, which
// docs/configuration.md lists with these.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2 // wrong flags, arguments or configuration
	exitInterrupted = 130
)

func main() {
	ctx, stop := untilSignal(context.Background(), os.Stderr)
	code := execute(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// untilSignal gives a context that the first SIGINT or SIGTERM ends, so that the
// node drains; a second one ends the process at once.
func untilSignal(parent context.Context, stderr io.Writer) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
			return
		}
		<-signals
		fmt.Fprintln(stderr, "veloxd: stopped at once by a second signal; the next start restores from the log")
		os.Exit(exitInterrupted)
	}()
	return ctx, cancel
}

// execute runs one command line and gives the exit code.
func execute(ctx context.Context, args, env []string, stdout, stderr io.Writer) int {
	root := newRoot(env)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var silent *silentError
	if !errors.As(err, &silent) {
		fmt.Fprintln(stderr, "veloxd:", err)
	}
	return exitCode(err)
}

// exitCode finds the code that an error carries.
func exitCode(err error) int {
	var coded interface{ ExitCode() int }
	switch {
	case errors.As(err, &coded):
		return coded.ExitCode()
	case errors.As(err, new(*configs.Error)), errors.As(err, new(*usageError)):
		return exitUsage
	default:
		return exitFailure
	}
}

// usageError is a wrong flag or argument.
type usageError struct{ err error }

func (e *usageError) Error() string {
	return e.err.Error() + "\nrun it with --help for what it takes"
}
func (e *usageError) Unwrap() error { return e.err }

// silentError is a result that the command has printed already.
type silentError struct{ code int }

func (e *silentError) Error() string { return fmt.Sprintf("exit code %d", e.code) }
func (e *silentError) ExitCode() int { return e.code }
