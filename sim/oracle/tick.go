package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Tick is one trade, as a line of its partition. One without a symbol is no trade: a
// timer has moved the clock of the source to that time.
type Tick struct {
	Symbol, Source string
	TimeMs         int64
	Price, Volume  Number
}

// ParseTick reads a tick from the value of its record, which must be JSON.
func ParseTick(value []byte) (Tick, error) {
	var wire struct {
		Symbol    *string      `json:"symbol"`
		Source    string       `json:"source"`
		Timestamp *json.Number `json:"timestamp"`
		Price     *json.Number `json:"price"`
		Volume    *json.Number `json:"volume"`
	}
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	if err := d.Decode(&wire); err != nil {
		return Tick{}, fmt.Errorf("tick: %w", err)
	}
	if wire.Symbol == nil || wire.Timestamp == nil || wire.Price == nil || wire.Volume == nil {
		return Tick{}, fmt.Errorf("tick: a field is missing in %.200q", value)
	}
	t := Tick{Symbol: *wire.Symbol, Source: wire.Source}
	var err error
	if t.TimeMs, err = wire.Timestamp.Int64(); err != nil {
		return Tick{}, fmt.Errorf("tick: timestamp: %w", err)
	}
	if t.Price, err = ParseNumber(wire.Price.String()); err != nil {
		return Tick{}, fmt.Errorf("tick: price: %w", err)
	}
	if t.Volume, err = ParseNumber(wire.Volume.String()); err != nil {
		return Tick{}, fmt.Errorf("tick: volume: %w", err)
	}
	return t, nil
}
