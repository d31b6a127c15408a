package actors

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/velox-trading/velox/trading/account"
)

// blindVenue shows nothing, and notes when it was asked to; with odd it shows nonsense.
type blindVenue struct {
	deafVenue
	looks []time.Time
	odd   bool
}

func (v *blindVenue) Venue(string, string) (Venue, bool) { return v, true }

func (v *blindVenue) Snapshot(context.Context) (account.VenueSnapshot, error) {
	v.looks = append(v.looks, time.Now())
	if v.odd {
		return account.VenueSnapshot{Fills: []account.VenueFill{{Symbol: "X", Side: "BUY"}}}, nil
	}
	return account.VenueSnapshot{}, errors.New("busy")
}

// TestLooksKeepTheirDistance: however often an account asks, a venue that doesn't answer
// is not asked more than once in the least wait.
func TestLooksKeepTheirDistance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		venue := &blindVenue{}
		s := newSessions(&shard{config: &Config{Clock: wall{}, Venues: venue, Observer: newKit(t, nil).seen}})
		for n := range int64(20) {
			s.call([]venueCall{{"ann", account.VenueCommand{Action: account.VenueShow, Question: n + 1}}}, time.Now())
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		s.close()
		if len(venue.looks) < 4 {
			t.Errorf("%d looks", len(venue.looks))
		}
		for i := 1; i < len(venue.looks); i++ {
			if d := venue.looks[i].Sub(venue.looks[i-1]); d < lookAgain {
				t.Errorf("look %d came %v after the one before", i+1, d)
			}
		}
	})
}

// TestNonsenseIsNoSnapshot: what a venue shows reaches its account only when it makes
// sense.
func TestNonsenseIsNoSnapshot(t *testing.T) {
	s := newSessions(&shard{config: &Config{Clock: wall{}, Venues: &blindVenue{odd: true}}})
	defer s.close()
	_, err := s.snapshot(venueCall{"ann", account.VenueCommand{Action: account.VenueShow, Venue: "kite"}})
	if err == nil || !strings.Contains(err.Error(), "venue kite shows what makes no sense: trade 1 has no id") {
		t.Errorf("%v", err)
	}
}
