package kafka_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// rights are those that docs/kafka-settings.md names, for a node with the prefix
// "acl" that reads "in" and writes "out".
func rights() map[string]kfake.ACL {
	allow := func(resource kmsg.ACLResourceType, name string, op kmsg.ACLOperation) kfake.ACL {
		pattern := kmsg.ACLResourcePatternTypeLiteral
		if strings.HasSuffix(name, "-") {
			pattern = kmsg.ACLResourcePatternTypePrefixed
		}
		return kfake.ACL{Resource: resource, Name: name, Pattern: pattern, Operation: op, Allow: true}
	}
	const topic, group, id = kmsg.ACLResourceTypeTopic, kmsg.ACLResourceTypeGroup, kmsg.ACLResourceTypeTransactionalId
	state := messages.StateTopic(messages.AccountShard)
	return map[string]kfake.ACL{
		"read in":           allow(topic, "in", kmsg.ACLOperationRead),
		"describe in":       allow(topic, "in", kmsg.ACLOperationDescribe),
		"write out":         allow(topic, "out", kmsg.ACLOperationWrite),
		"describe out":      allow(topic, "out", kmsg.ACLOperationDescribe),
		"read state":        allow(topic, state, kmsg.ACLOperationRead),
		"write state":       allow(topic, state, kmsg.ACLOperationWrite),
		"describe state":    allow(topic, state, kmsg.ACLOperationDescribe),
		"read group":        allow(group, "acl-", kmsg.ACLOperationRead),
		"describe group":    allow(group, "acl-", kmsg.ACLOperationDescribe),
		"write id":          allow(id, "acl-", kmsg.ACLOperationWrite),
		"describe id":       allow(id, "acl-", kmsg.ACLOperationDescribe),
		"settings of in":    allow(topic, "in", kmsg.ACLOperationDescribeConfigs),
		"settings of out":   allow(topic, "out", kmsg.ACLOperationDescribeConfigs),
		"settings of state": allow(topic, state, kmsg.ACLOperationDescribeConfigs),
	}
}

// secured gives a cluster in which a node has only these rights: a client of one who may do
// all, and the node's settings.
func secured(t *testing.T, acls []kfake.ACL, topics ...string) (root *kgo.Client, c kafka.Config) {
	t.Helper()
	k, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.EnableSASL(), kfake.EnableACLs(), kfake.SeedTopics(1, topics...),
		kfake.Superuser("SCRAM-SHA-256", "admin", "admin"), kfake.User("SCRAM-SHA-256", "velox", "secret", acls...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	root, err = kgo.NewClient(kgo.SeedBrokers(k.ListenAddrs()...), kgo.SASL(scram.Auth{User: "admin", Pass: "admin"}.AsSha256Mechanism()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(root.Close)
	c = kafka.DefaultConfig()
	c.BootstrapServers, c.GroupIDPrefix = k.ListenAddrs(), "acl"
	c.SASL = kafka.SASL{Mechanism: "SCRAM-SHA-256", Username: "velox", Password: "secret"}
	return root, c
}

// worksWith runs a shard and a group with some rights and gives the first error.
func worksWith(t *testing.T, acls []kfake.ACL) error {
	t.Helper()
	state := messages.StateTopic(messages.AccountShard)
	root, c := secured(t, acls, "in", "out", state)
	if err := root.ProduceSync(t.Context(), &kgo.Record{Topic: "in", Value: []byte("tick")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	l, err := kafka.OpenLog(c)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := useShard(t, l, state); err != nil {
		return err
	}
	return useGroup(t, l)
}

func useShard(t *testing.T, l *kafka.Log, state string) error {
	ctx := t.Context()
	s, err := l.OpenShard(ctx, messages.ShardID{Kind: messages.AccountShard})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Commit(ctx, []messages.Out{value("out", "a"), value(state, "b")}); err != nil {
		return err
	}
	s.Emit([]messages.Out{value("out", "c")})
	if err := s.Flush(ctx); err != nil {
		return err
	}
	if err := s.Restore(ctx, func(*messages.Record) error { return nil }); err != nil {
		return err
	}
	if _, err := s.Offsets(ctx, messages.TopicPartition{Topic: "in"}); err != nil {
		return err
	}
	if err := s.Read([]messages.Input{{TopicPartition: messages.TopicPartition{Topic: "in"}}}); err != nil {
		return err
	}
	b, err := s.Poll(ctx, 10, 10*time.Second)
	if err == nil && len(b.Records) == 0 {
		t.Error("the poll brought nothing and no error")
	}
	return err
}

func useGroup(t *testing.T, l *kafka.Log) error {
	p := newPlacer()
	g, err := l.JoinGroup(kafka.GroupConfig{Name: "acl-group", Topic: "in"}, p)
	if err != nil {
		return err
	}
	defer g.Close()
	eventually(t, "assigned or refused", func() (bool, error) { return len(p.list()) == 1 || g.Err() != nil, g.Err() })
	if err := g.Err(); err != nil {
		return err
	}
	return g.Confirm(t.Context(), 0)
}

// TestLeastPrivilege: the documented rights are enough, and each missing one
// that is not implied by others is named by the error.
func TestLeastPrivilege(t *testing.T) {
	all := rights()
	list := func(without string) []kfake.ACL {
		var acls []kfake.ACL
		for name, acl := range all {
			if name != without {
				acls = append(acls, acl)
			}
		}
		return acls
	}
	if err := worksWith(t, list("")); err != nil {
		t.Fatalf("with all documented rights: %v", err)
	}
	for without, want := range map[string]string{
		"read in": "TOPIC_AUTHORIZATION_FAILED", "write out": "TOPIC_AUTHORIZATION_FAILED", "read state": "TOPIC_AUTHORIZATION_FAILED",
		"write state": "TOPIC_AUTHORIZATION_FAILED", "read group": "GROUP_AUTHORIZATION_FAILED", "write id": "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
	} {
		if err := worksWith(t, list(without)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %q: %v, want %s", without, err, want)
		}
	}
	// READ and WRITE imply DESCRIBE, and sizes are guessed.
	few := slices.DeleteFunc(list(""), func(a kfake.ACL) bool {
		return a.Operation == kmsg.ACLOperationDescribe || a.Operation == kmsg.ACLOperationDescribeConfigs
	})
	if err := worksWith(t, few); err != nil {
		t.Errorf("with READ and WRITE alone: %v", err)
	}
}
