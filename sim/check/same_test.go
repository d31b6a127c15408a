package check

import (
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestStateNamesTicks: a state names ticks by what they are, for a pass-on that was
// aborted moves them to other offsets, but tells one tick from another.
func TestStateNamesTicks(t *testing.T) {
	tp := messages.TopicPartition{Topic: messages.TopicTicks, Partition: 1}
	at := func(offset int64, sum uint64) *names {
		m := &mark{tp: tp, offset: offset, key: "AAA", sum: sum}
		return &names{facts: &facts{marks: map[messages.TopicPartition][]*mark{tp: {m}}}}
	}
	for name, payloads := range map[string][2]string{
		"a tick":  {`{"seq":{"partition":1,"offset":63}}`, `{"seq":{"partition":1,"offset":65}}`},
		"a close": {`{"told":{"partition":1,"offset":63,"ms":9}}`, `{"told":{"partition":1,"offset":65,"ms":9}}`},
		"told":    {`{"told":[{"tick":{"partition":1,"offset":63}}]}`, `{"told":[{"tick":{"partition":1,"offset":65}}]}`},
		"a place": {`{"0/market-data-ticks/1":{"offset":63,"index":2}}`, `{"0/market-data-ticks/1":{"offset":65,"index":2}}`},
		"a cause": {`{"origin":"market-data-ticks/1/63"}`, `{"origin":"market-data-ticks/1/65"}`},
	} {
		here, there := []byte(payloads[0]), []byte(payloads[1])
		want := at(63, 7).stateText(here)
		if got := at(65, 7).stateText(there); got != want {
			t.Errorf("%s at another offset: %s, want %s", name, got, want)
		}
		if got := at(65, 8).stateText(there); got == want {
			t.Errorf("%s: another one has the same name %s", name, got)
		}
		if got := at(63, 7).stateText(there); got == want {
			t.Errorf("%s: one that isn't there has the same name %s", name, got)
		}
	}
}
