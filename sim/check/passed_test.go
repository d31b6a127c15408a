package check

import (
	"testing"

	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/veloxpb"
)

// TestPassedOn: a command at another partition than its user's home must be there once,
// as soon as the shard of that partition is past it.
func TestPassedOn(t *testing.T) {
	home := messages.TopicPartition{Topic: messages.TopicCommands, Partition: messages.HomePartition([]byte(user), 2)}
	other := messages.TopicPartition{Topic: messages.TopicCommands, Partition: 1 - home.Partition}
	for name, c := range map[string]struct {
		at     messages.TopicPartition
		taken  int64 // up to here
		start  int64 // of what is left at home
		copies int
		letter bool
		found  int
	}{
		"at home":               {at: home, taken: 1},
		"not taken in":          {at: other},
		"passed on":             {at: other, taken: 1, copies: 1},
		"lost":                  {at: other, taken: 1, found: 1},
		"doubled":               {at: other, taken: 1, copies: 2, found: 1},
		"too large, told":       {at: other, taken: 1, letter: true},
		"told, and passed on":   {at: other, taken: 1, letter: true, copies: 1, found: 1},
		"copies may be deleted": {at: other, taken: 1, start: 5},
	} {
		f := &facts{
			offsets: map[messages.TopicPartition]Offsets{home: {Start: c.start}, other: {}},
			counts:  map[string]int32{messages.TopicCommands: 2},
			marks:   make(map[messages.TopicPartition][]*mark),
			failed:  map[caused]bool{{tp: c.at}: c.letter},
			states: map[messages.ShardID]*shardState{
				{Kind: messages.AccountShard, Partition: c.at.Partition}: {record: &veloxpb.ShardState{}, at: positions{c.at: c.taken}},
			},
		}
		add := func(m *mark) {
			f.marks[m.tp] = append(f.marks[m.tp], m)
			f.commands = append(f.commands, commandFact{m, messages.Command{UserID: user}})
		}
		add(&mark{tp: c.at})
		for i := range c.copies {
			add(&mark{tp: home, offset: int64(i), written: true, origin: messages.Origin{Topic: c.at.Topic, Partition: c.at.Partition}})
		}
		out := &Result{}
		if checkPassed(f, out); out.Found != c.found {
			t.Errorf("%s: %d findings, want %d: %v", name, out.Found, c.found, out.First)
		}
	}
}
