package check

import (
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestRefusedVenue: an account is at a live venue, of which less can be checked, only when
// its opening there was taken in.
func TestRefusedVenue(t *testing.T) {
	tp := messages.TopicPartition{Topic: messages.TopicCommands}
	f := &facts{subject: &Subject{}, users: make(map[string]string), live: make(map[string]bool)}
	for offset, user := range []string{"refused", "taken in", "refused by others"} {
		c := messages.Command{UserID: user, Type: "OPEN_ACCOUNT", Data: []byte(`{"venue":"mock"}`)}
		f.commands = append(f.commands, commandFact{&mark{tp: tp, offset: int64(offset)}, c})
	}
	refuses := func(offset int64, written bool) {
		d := messages.DeadLetter{Reason: reasonRefused, Topic: tp.Topic, Offset: offset}
		f.letters = append(f.letters, letterFact{&mark{written: written}, d})
	}
	refuses(0, true)
	refuses(2, false)
	f.nameUsers()
	for user, want := range map[string]bool{"refused": false, "taken in": true, "refused by others": true} {
		if f.live[user] != want {
			t.Errorf("%s: live %v, want %v", user, f.live[user], want)
		}
	}
}
