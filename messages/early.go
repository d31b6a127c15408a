package messages

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/velox-trading/velox/trading/market"
)

// AppendEarlyClose appends the value of HeaderEarlyClose: the close and the usual one
// in ms, such as 1764352800000/1764363600000.
func AppendEarlyClose(b []byte, e market.EarlyClose) []byte {
	b = append(strconv.AppendInt(b, e.CloseMs, 10), '/')
	return strconv.AppendInt(b, e.UsualMs, 10)
}

// ParseEarlyClose reads what AppendEarlyClose writes.
func ParseEarlyClose(b []byte) (market.EarlyClose, error) {
	first, second, _ := bytes.Cut(b, []byte("/"))
	closeMs, err := strconv.ParseInt(string(first), 10, 64)
	usualMs, err2 := strconv.ParseInt(string(second), 10, 64)
	if err != nil || err2 != nil || closeMs <= 0 || usualMs <= closeMs || usualMs > maxTimeMs {
		return market.EarlyClose{}, fmt.Errorf("header %s %.64q: want close/usual close in milliseconds, the first before the second", HeaderEarlyClose, b)
	}
	return market.EarlyClose{CloseMs: closeMs, UsualMs: usualMs}, nil
}
