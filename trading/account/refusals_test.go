package account

import "testing"

// TestPauseAfterRefusals: closes that a venue goes on to refuse are tried on, at a pace
// that is bounded on both sides.
func TestPauseAfterRefusals(t *testing.T) {
	for n, want := range []int64{0: 1_000, 1: 1_000, 2: 1_000, 3: 2_000, 4: 4_000, 5: 8_000, 6: 16_000, 7: 30_000, 8: 30_000} {
		if got := (&Book{Refusals: n}).pauseMs(); got != want {
			t.Errorf("after %d refusals the next waits %d ms, want %d", n, got, want)
		}
	}
	if got := (&Book{Refusals: 1 << 40}).pauseMs(); got != retryPauseMsMax {
		t.Errorf("after very many refusals the next waits %d ms", got)
	}
}
