// Package engine puts a node together from its configuration: it joins Kafka,
// the shards, the feeds, telemetry and the HTTP pages through the small
// interfaces that each of them declares, starts them, and drains them.
package engine

import "fmt"

// Exit codes of veloxd.
const (
	// ExitFailure: what was asked about is not as it should be.
	ExitFailure = 1
	// ExitSettings: the configuration or the command line is wrong.
	ExitSettings = 2
	// ExitKafka: the cluster can't be reached, or it lacks what Velox needs.
	ExitKafka = 3
	// ExitAddress: an address is taken or can't be used.
	ExitAddress = 4
	// ExitRefused: a shard refused to start or to go on; its message says what to do.
	ExitRefused = 5
	// ExitFailed: a shard or a feed could not be kept running.
	ExitFailed = 6
	// ExitInput: an input file can't be read.
	ExitInput = 7
	// ExitPartial: a backtest was stopped; its report covers a part of the ticks.
	ExitPartial = 8
	// ExitCommandRefused: an account refused a command, or its order.
	ExitCommandRefused = 9
	// ExitCommandUnseen: a command was written, and nobody was seen to take it in.
	ExitCommandUnseen = 10
)

// Error is an error with the exit code that veloxd ends with.
type Error struct {
	Code int
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ExitCode is what the process ends with.
func (e *Error) ExitCode() int { return e.Code }

func exit(code int, format string, args ...any) error {
	return &Error{Code: code, Err: fmt.Errorf(format, args...)}
}
