// Package indicator computes technical indicators over closed candles, one bar
// at a time: an update costs the same however long the window is, a Peek gives
// the value that the forming candle would have and changes nothing, and the
// state is saved and restored bit for bit. The results are the same bits on every
// machine: products are rounded before they are added, for some processors would
// fuse the two. Definitions and warm-up are TA-Lib's;
// docs/indicators.md has the formulas.
package indicator

// Bar is a candle as numbers, all of them finite.
type Bar struct {
	StartMs                        int64
	Open, High, Low, Close, Volume float64
	// SessionMs is the start of the bar's session: of its trading day, which goes on
	// after a break. Day is that day's date, in days since 1970-01-01.
	SessionMs, Day int64
}

// Indicator is one indicator over one series of bars. It is used by one
// goroutine. Update, Peek and Last don't allocate.
type Indicator interface {
	// Update takes a closed bar in.
	Update(b Bar)
	// Peek sets out to the values as if b closed now, the same bits that Last gives
	// after an Update, and tells whether they are warm. It changes nothing. out has
	// one place for each output; what it holds while cold has no meaning.
	Peek(b Bar, out []float64) bool
	// Last sets out to the values at the last closed bar and tells whether they
	// are warm.
	Last(out []float64) bool
	// AppendState appends the whole state.
	AppendState(b []byte) []byte
	// LoadState takes over a state of an indicator with the same spec, bit for bit,
	// and gives what follows it. After an error the indicator is of no use.
	LoadState(b []byte) (rest []byte, err error)
}
