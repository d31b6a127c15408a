package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// LogFormats are the formats that NewLogger knows.
var LogFormats = []string{"text", "json"}

// LogLevels are the levels that NewLogger knows, from the most talkative.
var LogLevels = []string{"debug", "info", "warn", "error"}

// NewLogger gives a structured logger that writes to w. level is one of
// LogLevels, format one of LogFormats, upper or lower case; anything else is an
// error that lists them.
func NewLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var l slog.Level
	switch strings.ToLower(level) {
	case "debug":
		l = slog.LevelDebug
	case "info":
		l = slog.LevelInfo
	case "warn":
		l = slog.LevelWarn
	case "error":
		l = slog.LevelError
	default:
		return nil, fmt.Errorf("log level %q: want one of %s", level, strings.Join(LogLevels, ", "))
	}
	opts := &slog.HandlerOptions{Level: l}
	switch strings.ToLower(format) {
	case "text":
		return slog.New(slog.NewTextHandler(w, opts)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, opts)), nil
	}
	return nil, fmt.Errorf("log format %q: want one of %s", format, strings.Join(LogFormats, ", "))
}
