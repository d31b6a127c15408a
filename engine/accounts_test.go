package engine

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/trading/account"
	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/fees"
	"github.com/velox-trading/velox/trading/instrument"
	"github.com/velox-trading/velox/trading/order"
	"github.com/velox-trading/velox/trading/paper"
)

// TestConfiguredPaperVenue: what the configuration says of the paper venue and of
// costs arrives at the account, through the text of a command; an account that
// says nothing of it has the command that it always had.
func TestConfiguredPaperVenue(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	text := `accounts:
  - {user_id: plain, deposit: 5}
  - user_id: fussy
    cost: fifo
    paper:
      latency: 50ms
      slippage_bps: 1.5
      slippage_ticks: 1
      tick_size: 0.05
      participation: 0.1
      lot_size: 75
      fee_step: 0.001
      charges:
        - {name: taker, rate: 0.04, max: 20}
        - {name: gst, side: SELL, on: charges, rate: 18, of: [taker]}
    instruments:
      - {symbol: "NIFTY*FUT", tick_size: 0.1, lot_size: 65, freeze_quantity: 1800, fees: nse_futures}
      - symbol: TCS
        fee_step: 1
        charges: [{name: taker, rate: 0.3}]
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := configs.Load(configs.Sources{File: file, Demo: configs.DemoOff})
	if err != nil {
		t.Fatal(err)
	}
	commands, err := accountCommands(c, 1)
	if err != nil || len(commands) != 2 {
		t.Fatalf("%d commands, %v", len(commands), err)
	}
	if raw := string(commands[0].Data); strings.Contains(raw, "paper\":{") || strings.Contains(raw, "cost") || strings.Contains(raw, "instruments") {
		t.Errorf("an account without paper settings: %s", raw)
	}
	parsed, err := account.ParseCommand("c", "fussy", 1, account.CommandType(commands[1].Type), commands[1].Data)
	if err != nil {
		t.Fatal(err)
	}
	d := decimal.MustParse
	want := paper.Settings{
		LatencyMs: 50, SlippageBps: d("1.5"), SlippageTicks: 1, TickSize: d("0.05"), Participation: d("0.1"), LotSize: d("75"),
		Own: fees.Scheme{Round: d("0.001"), Charges: []fees.Charge{
			{Name: "taker", Rate: d("0.04"), Max: d("20")},
			{Name: "gst", Side: order.Sell, On: fees.OnCharges, Rate: d("18"), Of: []string{"taker"}},
		}},
	}
	got, _ := parsed.Data.(*account.OpenAccount)
	if got == nil || !reflect.DeepEqual(got.Paper, want) || got.Cost != "fifo" {
		t.Errorf("the account gets %+v", got)
	}
	instruments := instrument.List{
		{Symbol: "NIFTY*FUT", TickSize: d("0.1"), LotSize: d("65"), FreezeQuantity: d("1800"), Fees: fees.NSEFutures},
		{Symbol: "TCS", Own: fees.Scheme{Round: d("1"), Charges: []fees.Charge{{Name: "taker", Rate: d("0.3")}}}},
	}
	if got == nil || !reflect.DeepEqual(got.Instruments, instruments) {
		t.Errorf("the account gets %+v", got)
	}
}
