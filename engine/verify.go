package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/engine/verify"
	"github.com/velox-trading/velox/trading/market"
)

// VerifyOptions say how Verify checks, and what it shows.
type VerifyOptions struct {
	// Settled, ReadOnly and Timeout are those of verify.Config.
	Settled, ReadOnly bool
	Timeout           time.Duration
	// NoCandles leaves out what follows every tick: candles, indicators, fills and stops. They
	// take most of the memory.
	NoCandles bool
	// JSON prints the report as one JSON document.
	JSON bool
	// Out takes the report, Progress the bar.
	Out, Progress io.Writer
	Logger        *slog.Logger
}

// Verify holds the topics of the cluster that c names against what Velox promises,
// and prints a report. The error carries ExitFailure when a promise is broken, and
// ExitKafka when that could not be checked.
func Verify(ctx context.Context, c *configs.Config, o VerifyOptions) error {
	if c.Processing.Guarantee.Account != "exactly_once" {
		return exit(ExitSettings, "verify: processing.guarantee.account is %s: what accounts put out may repeat, and then no check can tell it from a fault", c.Processing.Guarantee.Account)
	}
	_, done, err := commandLog(ctx, c, o.Logger)
	if ctx.Err() != nil {
		return exit(ExitPartial, "verify: stopped before its end")
	}
	if err != nil {
		return err
	}
	done() // it answers
	v := VerifyConfig(c)
	v.Settled, v.ReadOnly, v.Timeout = o.Settled, o.ReadOnly, o.Timeout
	if o.NoCandles {
		v.Candles, v.WithoutCandles = nil, "candles, indicators, fills and stops, as asked"
	}
	v.Expect = func(c verify.Cost) { tellCost(c, o.NoCandles, o.Logger) }
	bar := &verifyBar{out: o.Progress}
	v.Progress = bar.tell
	report, err := verify.Run(ctx, v)
	bar.end()
	switch {
	case ctx.Err() != nil:
		return exit(ExitPartial, "verify: stopped before its end")
	case err != nil:
		return exit(ExitKafka, "%w", err)
	case o.JSON:
		err = report.WriteJSON(o.Out)
	default:
		err = report.WriteText(o.Out)
	}
	if err == nil && !report.OK {
		err = exit(ExitFailure, "verify: %s: not all is as it must be", verify.Count(report.Found()))
	}
	return err
}

// tellCost says what a verification takes, and warns when that is more than there is.
func tellCost(c verify.Cost, noCandles bool, logger *slog.Logger) {
	text := fmt.Sprintf("verify: up to %d records, about %s of memory", c.Records, size(c.Bytes))
	switch {
	case c.Memory == 0 || c.Bytes <= c.Memory:
		logger.Info(text)
	case noCandles:
		logger.Warn(text + ", and there is " + size(c.Memory) + ": it may end for lack of it; verify on a larger machine, or when retention has deleted more")
	default:
		logger.Warn(text + ", and there is " + size(c.Memory) + ": it may end for lack of it; --no-candles takes less, or verify on a larger machine")
	}
}

func size(bytes int64) string {
	if bytes < 1e9 {
		return fmt.Sprintf("%d MB", bytes/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
}

// VerifyConfig gives what is to be verified of nodes with the configuration c: on the
// cluster that it names or, when it names none, on the embedded broker of the node
// that runs here. Candles are left out when they are more than the oracle can say.
func VerifyConfig(c *configs.Config) verify.Config {
	v := verify.Config{
		Kafka: kafkaSettings(c, servers(c), nil), Once: c.Processing.Guarantee.Symbol == "exactly_once", MaxAhead: c.Symbols.MaxAhead,
	}
	if shards, err := shardSettings(c); err == nil {
		shards = shards.WithDefaults()
		v.Settings = shards.SettingsDigest()
	}
	v.Settling = 2*c.Processing.Checkpoint.Max + 30*time.Second
	s, calendars := c.Symbols, c.MarketCalendars()
	var beyond error
	switch {
	case s.Emit.Mode != configs.EmitEveryTick:
		beyond = errors.New("symbols.emit is not every_tick")
	case s.Amend > 0:
		beyond = errors.New("symbols.amend lets candles change after they have closed")
	case c.History.Directory != "":
		beyond = errors.New("history.directory gives indicators a past that no topic has")
	}
	if beyond != nil {
		v.WithoutCandles = fmt.Sprintf("candles, indicators, fills and stops: %v", beyond)
		return v
	}
	v.Candles = &verify.Candles{Grace: s.CloseGrace, Timeframe: s.Timeframe, Silence: s.SourceSilence, AroundTheClock: func(exchange string) bool {
		return calendars.For(exchange) == market.Always
	}}
	return v
}

// verifyBar draws how far a verification is, twice a second at most.
type verifyBar struct {
	out   io.Writer
	drawn time.Time
}

func (b *verifyBar) tell(p verify.Progress) {
	if now := time.Now(); now.Sub(b.drawn) >= 500*time.Millisecond {
		b.drawn = now
		fmt.Fprint(b.out, "\r"+p.Line(barWidth)+"\033[K")
	}
}

func (b *verifyBar) end() { fmt.Fprint(b.out, "\r\033[K") }
