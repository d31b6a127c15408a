package telemetry

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestQuiet(t *testing.T) {
	var out bytes.Buffer
	handler := Quiet(slog.New(slog.NewTextHandler(&out, nil)), 10*time.Second).With("client", 1).Handler()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	say := func(after time.Duration, level slog.Level, text string) {
		t.Helper()
		if handler.Enabled(t.Context(), level) {
			if err := handler.Handle(t.Context(), slog.NewRecord(start.Add(after), level, text, 0)); err != nil {
				t.Fatal(err)
			}
		}
	}
	say(0, slog.LevelWarn, "away")
	say(time.Second, slog.LevelWarn, "away")
	say(2*time.Second, slog.LevelError, "away") // another level
	say(3*time.Second, slog.LevelWarn, "other") // another text
	say(9*time.Second, slog.LevelWarn, "away")
	say(10*time.Second, slog.LevelWarn, "away")
	say(11*time.Second, slog.LevelDebug, "not wanted")
	var got []string
	for line := range strings.Lines(out.String()) {
		_, line, _ = strings.Cut(line, " ")
		got = append(got, strings.TrimSpace(line))
	}
	want := []string{
		"level=WARN msg=away client=1", "level=ERROR msg=away client=1", "level=WARN msg=other client=1", "level=WARN msg=away client=1 repeats=2",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("written:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestQuietIsBounded: beyond the bound nothing is left out.
func TestQuietIsBounded(t *testing.T) {
	var out bytes.Buffer
	logger := Quiet(slog.New(slog.NewTextHandler(&out, nil)), time.Hour)
	for i := range 2 * maxQuieted {
		for range 2 {
			logger.Info(fmt.Sprint("text ", i))
		}
	}
	if n := bytes.Count(out.Bytes(), []byte("\n")); n != 3*maxQuieted {
		t.Errorf("%d lines, want %d", n, 3*maxQuieted)
	}
}
