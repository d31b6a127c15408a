package account

import (
	"testing"

	"github.com/velox-trading/velox/trading/decimal"
	"github.com/velox-trading/velox/trading/order"
)

// TestOpenAtTheVenue: an order is open at its venue by what the venue says of it last.
func TestOpenAtTheVenue(t *testing.T) {
	for kind, want := range map[order.ReportKind]bool{
		order.ReportAccepted: true, order.ReportAwaits: true, order.ReportTriggered: true, order.ReportChanged: true, order.ReportUnchanged: true,
		order.ReportCancelled: false, order.ReportRejected: false,
	} {
		o := VenueOrder{Quantity: decimal.FromInt(5), Report: order.Report{Kind: kind}}
		if o.open() != want {
			t.Errorf("%v: open is %v", kind, !want)
		}
	}
	for filled, want := range map[int64]bool{4: true, 5: false, 6: false} {
		o := VenueOrder{Quantity: decimal.FromInt(5), Report: order.Report{Kind: order.ReportFill, FilledQuantity: decimal.FromInt(filled)}}
		if o.open() != want {
			t.Errorf("%d of 5 are filled: open is %v", filled, !want)
		}
	}
}
