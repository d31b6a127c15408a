package configs

import (
	"fmt"
	"time"
)

// Modes of Emit.
const (
	EmitEveryTick = "every_tick"
	EmitOnClose   = "on_close"
	EmitInterval  = "interval"
)

// Emit says which ticks of a symbol give an update beside the closes of candles: each,
// none, or one in an interval of event time.
type Emit struct {
	// Mode is one of the constants above.
	Mode string
	// Every is the interval of EmitInterval.
	Every time.Duration
}

// UnmarshalText reads "every_tick", "on_close" or an interval such as "500ms".
func (e *Emit) UnmarshalText(text []byte) error {
	switch s := string(text); s {
	case EmitEveryTick, EmitOnClose:
		*e = Emit{Mode: s}
		return nil
	default:
		d, err := time.ParseDuration(s)
		if err != nil || d < time.Millisecond || d > time.Hour {
			return fmt.Errorf("%q is none of these", s)
		}
		*e = Emit{Mode: EmitInterval, Every: d}
		return nil
	}
}

// MarshalText writes what UnmarshalText reads.
func (e Emit) MarshalText() ([]byte, error) {
	if e.Mode == EmitInterval {
		return []byte(e.Every.String()), nil
	}
	return []byte(e.Mode), nil
}

// Allowed says what may be written, for messages.
func (Emit) Allowed() string { return "every_tick, on_close or an interval of 1ms to 1h" }
