package memlog

import (
	"fmt"
	"testing"

	"github.com/velox-trading/velox/messages"
)

// TestPartitionEqualsJava holds the partitioner against values of the Java
// client: the hashes stand in org.apache.kafka.common.utils.UtilsTest.testMurmur2.
func TestPartitionEqualsJava(t *testing.T) {
	for key, want := range map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		if got := int32(murmur2([]byte(key))); got != want {
			t.Errorf("murmur2(%q) = %d, want %d", key, got, want)
		}
		if got, want := Partition([]byte(key), 7), (want&0x7fffffff)%7; got != want {
			t.Errorf("partition of %q among 7 = %d, want %d", key, got, want)
		}
	}
}

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
