package performance

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
)

func TestRoundTrips(t *testing.T) {
	for name, c := range map[string]struct {
		fills []Fill
		want  []string
	}{
		"one exit in three fills": {
			[]Fill{at(one, 1, "9", "10", "3"), at(one, 5, "-3", "11", "1"), at(one, 6, "-3", "12", "1"), at(one, 9, "-3", "13", "1")},
			[]string{"long 9 in 4 fills 1@10 9@12 held 8: 18-6=12"},
		},
		"scaled in, out in parts": {
			[]Fill{at(one, 1, "-10", "100", "0"), at(one, 2, "4", "90", "0"), at(one, 3, "-4", "80", "0"), at(one, 7, "10", "70", "0")},
			[]string{"short 14 in 4 fills 1@94.28571429 7@75.71428571 held 6: 260-0=260"},
		},
		"a turn ends one and begins the next": {
			[]Fill{at(one, 1, "10", "100", "0"), at(one, 2, "-25", "104", "5"), at(one, 3, "15", "100", "1")},
			[]string{"long 10 in 2 fills 1@100 2@104 held 1: 40-2=38", "short 15 in 2 fills 2@104 3@100 held 1: 60-4=56"},
		},
		"a late tick's exit": { // dated before the entry, yet it came after it
			[]Fill{at(one, 9, "10", "100", "0"), at(one, 5, "-10", "104", "0"), at(one, 6, "1", "104", "0")},
			[]string{"long 10 in 2 fills 9@100 5@104 held 0: 40-0=40"},
		},
		"still held": {[]Fill{at(one, 1, "10", "100", "0"), at(one, 2, "-9", "104", "0")}, nil},
	} {
		result := Compute(Run{Fills: c.fills})
		var got []string
		for _, r := range result.RoundTrips {
			side := "short"
			if r.Long {
				side = "long"
			}
			got = append(got, fmt.Sprintf("%s %v in %d fills %d@%v %d@%v held %d: %v-%v=%v", side, r.Quantity, r.Fills, r.EntryMs, r.EntryPrice, r.ExitMs, r.ExitPrice, r.HeldMs, r.Gross, r.Fees, r.Net))
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) || result.Total.Figures.Trades != len(c.want) {
			t.Errorf("%s: %d trades, got %q, want %q", name, result.Total.Figures.Trades, got, c.want)
		}
	}
}

// TestRoundTripsAreTheRealisedProfit: once flat, whatever the fills, the round
// trips come to the realised profit and to all fees, to the last digit.
func TestRoundTripsAreTheRealisedProfit(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 2))
	for range 50 {
		var fills []Fill
		var held decimal.Decimal
		for i := range int64(200) {
			quantity := decimal.FromUnits(r.Int64N(2_000_000_000) - 1_000_000_000)
			if i == 199 || r.IntN(6) == 0 {
				quantity = held.Neg()
			}
			if quantity.IsZero() {
				continue
			}
			held = held.Add(quantity)
			fills = append(fills, Fill{Book: one, TimeMs: i, Quantity: quantity, Value: quantity.Mul(decimal.FromUnits(1 + r.Int64N(50_000_000_000))), Fees: decimal.FromUnits(r.Int64N(1000))})
		}
		result := Compute(Run{Fills: fills})
		var gross, fees, net decimal.Decimal
		for i := range result.RoundTrips {
			trip := &result.RoundTrips[i]
			gross, fees, net = gross.Add(trip.Gross), fees.Add(trip.Fees), net.Add(trip.Net)
		}
		f := result.Total.Figures
		if gross != f.Realized || fees != f.Fees || net != f.Net || len(result.RoundTrips) == 0 {
			t.Fatalf("%d round trips come to %v - %v = %v, want %v - %v = %v", len(result.RoundTrips), gross, fees, net, f.Realized, f.Fees, f.Net)
		}
	}
}
