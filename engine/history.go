package engine

import (
	"log/slog"
	"os"
	"time"

	"github.com/velox-trading/velox/actors"
	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/feeds/history"
	"github.com/velox-trading/velox/telemetry"
)

// checkHistory wants a directory of history that can be read: config check tells.
func checkHistory(c *configs.Config) error {
	if c.History.Directory == "" {
		return nil
	}
	if _, err := os.ReadDir(c.History.Directory); err != nil {
		return exit(ExitSettings, "history.directory (%s): %w; make it, or leave the setting empty", c.Where("history.directory"), err)
	}
	return nil
}

// historyOf gives the configured source of past candles, nil without one. A file
// that can't be used is told and counted; it stops nothing, for a node that trades
// must start without its past, too. The same words of all symbols are told once.
func historyOf(c *configs.Config, observer actors.Observer, logger *slog.Logger) actors.History {
	if c.History.Directory == "" {
		return nil
	}
	logger = telemetry.Quiet(logger, time.Minute)
	return history.New(history.Options{
		Directory: c.History.Directory, Lookback: c.History.Lookback, Timeout: c.History.Timeout,
		Grace: c.Symbols.CloseGrace, Calendars: c.MarketCalendars(),
		Problem: func(path string, err error) {
			observer.Count(actors.CountHistoryErrors, "", 1)
			logger.Error("a file of history is left out", "file", path, "error", err)
		},
	})
}

// tellOutdated says of which exchanges nobody has written down today's holidays. It
// is no warning, for a node may well have no symbol of them.
func tellOutdated(c *configs.Config, now time.Time, logger *slog.Logger) {
	names := c.OutdatedCalendars(now)
	if len(names) == 0 || c.Simulate.Enabled {
		return // a simulated market has no holidays
	}
	logger.Info("the holidays of some exchanges are not known for today, which counts by its weekday; calendars.file can have them", "exchanges", names)
}
