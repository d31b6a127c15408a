package account

import "testing"

// TestLimitsOfStopsAndChanges: triggers are held to the price band and to values,
// a change is checked as an order in place of the old one and counts as one, and
// fees are a loss like any other.
func TestLimitsOfStopsAndChanges(t *testing.T) {
	const order = `
		> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 10, "price": 95}
		PLACED #1 BUY X 10 limit 95 MANUAL PENDING
	`
	scripts(t, map[string]string{
		"the band of triggers": under(`{"price_band_percent": 5, "max_order_value": 1050}`) + `
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "order_type": "SL-M", "quantity": 1, "trigger_price": 105.01}
			REJECTED BUY X PRICE_BAND
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "order_type": "SL-M", "quantity": 10.01, "trigger_price": 105}
			REJECTED BUY X MAX_ORDER_VALUE
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "order_type": "SL-M", "quantity": 10, "trigger_price": 105}
			PLACED #1 BUY X 10 trigger 105 MANUAL TRIGGER_PENDING
		`,
		"a change within limits": under(`{"gross_exposure": 1500, "position_size": 15}`) + order + `
			> cmd ORDER {"modify": "#1", "quantity": 15.1}
			refused POSITION_SIZE
			> cmd ORDER {"modify": "#1", "quantity": 15}
			PLACED #1 BUY X 15 limit 95 MANUAL PENDING
			> cmd ORDER {"symbol": "X", "transaction_type": "BUY", "quantity": 0.1, "price": 95}
			REJECTED BUY X POSITION_SIZE
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 0.1, "price": 45}
			REJECTED BUY Y GROSS_EXPOSURE
			> cmd ORDER {"modify": "#1", "quantity": 10}
			PLACED #1 BUY X 10 limit 95 MANUAL PENDING
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 10, "price": 45}
			PLACED #2 BUY Y 10 limit 45 MANUAL PENDING
		`,
		"changes count": under(`{"orders_per_second": 2}`) + order + `
			> cmd ORDER {"modify": "#1", "quantity": 9}
			PLACED #1 BUY X 9 limit 95 MANUAL PENDING
			> cmd ORDER {"modify": "#1", "quantity": 8}
			refused ORDERS_PER_SECOND
			> cmd ORDER {"symbol": "Y", "transaction_type": "BUY", "quantity": 1}
			REJECTED BUY Y ORDERS_PER_SECOND
		`,
	})
}
