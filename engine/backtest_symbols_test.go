package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/velox-trading/velox/configs"
)

// trading gives settings with accounts, by name, that trade symbols.
func trading(t *testing.T, accounts string) *configs.Config {
	t.Helper()
	c := settings(t, nil)
	text := "accounts:\n"
	for line := range strings.SplitSeq(accounts, "; ") {
		user, symbols, _ := strings.Cut(line, ": ")
		text += "  - user_id: " + user + "\n    deposit: 10000\n    strategies:\n      - {name: s, symbols: [" + symbols + "], timeframe: 10s, rules: {entry_long: close > 0}}\n"
	}
	c.Accounts = parseAccounts(t, text)
	return c
}

// TestBacktestWithoutTicksToTradeOn: files without a tick of anything that accounts
// trade are a mistake, not a quiet market: the error names what there is and what was
// probably meant, and no report is written.
func TestBacktestWithoutTicksToTradeOn(t *testing.T) {
	file := waves(t, 200)
	for name, c := range map[string]struct {
		accounts, want string
		change         func(*BacktestOptions)
	}{
		"none": {"ann: RELIANCE", "backtest: nothing could trade: no ticks of RELIANCE, which ann trades, in the data; the data has FLAT, WAVE", nil},
		"two accounts": {
			"ann: RELIANCE, TCS; bob: INFY, TCS", "no ticks of INFY, RELIANCE, TCS, which ann, bob trade, in the data; the data has FLAT, WAVE", nil,
		},
		"with an exchange":        {"ann: WAVE.NSE", "the data has FLAT, WAVE: did you mean WAVE?", nil},
		"with its own exchange":   {"ann: WAVE.X", "the data has FLAT, WAVE: --name-by-exchange makes WAVE of X WAVE.X", nil},
		"without an exchange":     {"ann: WAVE", "the data has FLAT.X, WAVE.X: did you mean WAVE.X?", func(o *BacktestOptions) { o.NameByExchange = true }},
		"another exchange, first": {`ann: "NSE:FLAT"`, "the data has FLAT, WAVE: did you mean FLAT?", nil},
		"small letters":           {"ann: wave", "the data has FLAT, WAVE: did you mean WAVE?", nil},
		"misspelt":                {"ann: WAEV", "the data has FLAT, WAVE: did you mean WAVE?", nil},
		"left out": {
			"ann: WAVE", "backtest: nothing could trade: all ticks of WAVE, which ann trades, are left out by --symbols, --from or --to", func(o *BacktestOptions) { o.Symbols = []string{"FLAT"} },
		},
		"symbols that aren't there": {
			"ann: WAVE", "backtest: no tick of the files was run: look at --from, --to and --symbols, which leave none; the data has FLAT, WAVE: did you mean WAVE?",
			func(o *BacktestOptions) { o.Symbols = []string{"WAEV"} },
		},
		"no ticks": {"ann: WAVE", "backtest: the files have no ticks", func(o *BacktestOptions) { o.Files = []string{waves(t, 0)} }},
	} {
		t.Run(name, func(t *testing.T) {
			o := wavesOptions(t, file)
			if c.change != nil {
				c.change(&o)
			}
			err := Backtest(t.Context(), trading(t, c.accounts), o)
			var coded *Error
			if !errors.As(err, &coded) || coded.Code != ExitInput || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if text, err := os.ReadFile(o.JSON); err != nil || len(text) > 0 {
				t.Errorf("%v: there is a report: %.100s", err, text)
			}
		})
	}
}

// TestBacktestWithoutStrategies: nothing can come of accounts that trade nothing.
func TestBacktestWithoutStrategies(t *testing.T) {
	c := settings(t, nil)
	c.Accounts = parseAccounts(t, "accounts:\n  - {user_id: ann, deposit: 10000}\n")
	err := Backtest(t.Context(), c, wavesOptions(t, waves(t, 200)))
	var coded *Error
	if !errors.As(err, &coded) || coded.Code != ExitSettings || !strings.Contains(err.Error(), "accounts without strategies only, so nothing would trade; give ann some") {
		t.Errorf("got %v", err)
	}
}

// TestBacktestWithoutSomeTicks: symbols without a tick beside others that have some are
// warnings, with the accounts that trade them, once for all that trade the same.
func TestBacktestWithoutSomeTicks(t *testing.T) {
	o := wavesOptions(t, waves(t, 200))
	if err := Backtest(t.Context(), trading(t, "ann: WAVE, FLAT.X, TCS; bob: FLAT; cid: TCS, FLAT.X"), o); err != nil {
		t.Fatal(err)
	}
	want := "no tick was run of FLAT.X, TCS, which ann, cid trade: --name-by-exchange makes FLAT of X FLAT.X"
	if doc, _ := readReport(t, o.JSON); len(doc.Warnings) != 1 || doc.Warnings[0] != want {
		t.Errorf("%q, want %q", doc.Warnings, want)
	}
}

// TestAccountsWithoutOneOrderAreNamed: an account whose symbols lie in one partition of
// ticks, and in several of updates, which it reads, has no order that is the same each
// time.
func TestAccountsWithoutOneOrderAreNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ticks.csv")
	text := "symbol,exchange,timestamp_ms,price,volume\nICICIBANK,X,1700000000000,1000,1\nSBIN,X,1700000000000,600,1\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for partitions, want := range map[Partitions]string{
		OnePartition:   "",
		SeedPartitions: "the symbols of ann lie in several partitions of ticks or of updates, so the order between them is that of this run, as on a cluster; --partitions 1 has one order",
	} {
		o := wavesOptions(t, file)
		o.Partitions = partitions
		if err := Backtest(t.Context(), trading(t, "ann: ICICIBANK, SBIN; bob: SBIN"), o); err != nil {
			t.Fatal(err)
		}
		if doc, _ := readReport(t, o.JSON); strings.Join(doc.Warnings, "; ") != want {
			t.Errorf("%v: %q, want %q", partitions, doc.Warnings, want)
		}
	}
}
