package market

import (
	"testing"
	"time"

	"github.com/velox-trading/velox/trading/zone"
)

// TestMomentsGoOn: the last days of years are days as others, also where a zone's changes
// are no longer listed and its rule goes on.
func TestMomentsGoOn(t *testing.T) {
	const half = 9*time.Hour + 30*time.Minute
	for _, name := range []string{"America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Sydney"} {
		place, err := zone.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for year := 2096; year < 2120; year++ {
			for _, day := range []int{29, 30, 31} {
				got := moment(Date{year, time.December, day}, half, place)
				if want := time.Date(year, time.December, day, 9, 30, 0, 0, place).UnixMilli(); got != want {
					t.Errorf("%s, %d-12-%d 09:30: %d, want %d", name, year, day, got, want)
				}
			}
		}
	}
}
