package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

// patience bounds how long a request is repeated while brokers come and go: a
// leader or coordinator that was killed is replaced in 3 to 7 seconds. What
// takes longer is the business of whoever supervises the shard.
const patience = 10 * time.Second

// patiently repeats f while its error is one of a cluster that is changing. kgo
// repeats most requests by itself, but not those whose connection is refused.
func patiently(ctx context.Context, f func() error) error {
	deadline := time.Now().Add(patience)
	var last error
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		err := f()
		if err != nil && ctx.Err() != nil && last != nil {
			return fmt.Errorf("%w: %w", ctx.Err(), last) // more telling than how the last try was cut off
		}
		if err == nil || !passing(err) {
			return err
		}
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("%w (a broker closed the connection; if all do so at once, TLS or SASL settings are wrong)", err)
		}
		if time.Now().After(deadline) {
			return err
		}
		last = err
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

// passing tells whether an error is likely to go away by itself. A topic that
// does not exist is not.
func passing(err error) bool {
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		return false
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() && !errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	for _, e := range []error{syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, e) {
			return true
		}
	}
	return kerr.IsRetriable(err)
}
