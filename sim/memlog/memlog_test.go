package memlog

import (
	"fmt"
	"testing"

	"github.com/velox-trading/velox/messages"
)

func newCluster(t testing.TB, options Options) *Cluster {
	t.Helper()
	c := New(options)
	for name, partitions := range map[string]int32{"in": 2, "out": 2} {
		if err := c.CreateTopic(name, partitions, TopicOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.CreateTopic("velox-symbol-state", 2, TopicOptions{Compacted: true}); err != nil {
		t.Fatal(err)
	}
	return c
}

func BenchmarkCommitAndPoll(b *testing.B) {
	c := newCluster(b, Options{KeepBytes: true})
	s, err := c.Log().OpenShard(b.Context(), messages.ShardID{Kind: messages.SymbolShard})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.Read([]messages.Input{{TopicPartition: messages.TopicPartition{Topic: "out"}}}); err != nil {
		b.Fatal(err)
	}
	outs := make([]messages.Out, 1000)
	for i := range outs {
		outs[i] = messages.Out{Topic: "out", Partition: 0, Key: fmt.Appendf(nil, "S%d", i%20), Value: make([]byte, 160)}
	}
	b.ReportAllocs()
	for n := 0; n < b.N; n += len(outs) {
		if err := s.Commit(b.Context(), outs); err != nil {
			b.Fatal(err)
		}
		batch, err := s.Poll(b.Context(), len(outs), 0)
		if err != nil || len(batch.Records) != len(outs) {
			b.Fatal(len(batch.Records), err)
		}
		if err := c.DeleteRecords("out", 0, c.EndOffset("out", 0)-1); err != nil {
			b.Fatal(err)
		}
	}
}
