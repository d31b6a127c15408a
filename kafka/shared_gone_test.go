package kafka_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// member makes a shard whose only input is fed by its node's shared reader.
func member(t *testing.T, node *kafka.Log, topic string, from int64) messages.ShardLog {
	t.Helper()
	log, err := node.OpenShard(t.Context(), messages.ShardID{Kind: messages.AccountShard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(log.Close)
	if err := log.Read([]messages.Input{{TopicPartition: messages.TopicPartition{Topic: topic}, From: from}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "joined", func() (bool, error) { return node.ReadStats().Members == 1, nil })
	return log
}

// fails polls until that gives an error.
func fails(t *testing.T, log messages.ShardLog) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		if _, err := log.Poll(ctx, 10, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// TestSharedTopicIsDeleted: whose input's topic is deleted is told so, though the shared
// reader has no errors and a client that begins with an unknown topic waits for it.
func TestSharedTopicIsDeleted(t *testing.T) {
	_, c := fake(t)
	c = c.shared(t)
	node, topic := c.open("gone"), c.topic("updates", 1)
	log := member(t, node, topic, 0)
	if _, err := c.admin.DeleteTopic(t.Context(), topic); err != nil {
		t.Fatal(err)
	}
	if err := fails(t, log); !errors.Is(err, messages.ErrNoTopic) {
		t.Errorf("polling what is deleted gives %v", err)
	}
}

// TestSharedTopicIsForbidden: whose right to read a quiet topic is taken away is told so,
// and doesn't join, be let go and join again for ever.
func TestSharedTopicIsForbidden(t *testing.T) {
	const topic = "in"
	var acls []kfake.ACL
	for _, acl := range rights() {
		acls = append(acls, acl)
	}
	root, config := secured(t, acls, topic, messages.StateTopic(messages.AccountShard))
	config.SharedTopics = []string{topic}
	node, err := kafka.OpenLog(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(node.Close)
	log := member(t, node, topic, 0)
	joined := node.ReadStats().Joined
	b := kadm.NewACLs().Topics(topic).Allow().AllowHosts().Operations(kadm.OpRead).ResourcePatternType(kadm.ACLPatternLiteral)
	deleted, err := kadm.NewClient(root).DeleteACLs(t.Context(), b)
	if err != nil || len(deleted) != 1 || len(deleted[0].Deleted) != 1 {
		t.Fatal(deleted, err)
	}
	if err := fails(t, log); !errors.Is(err, kerr.TopicAuthorizationFailed) {
		t.Errorf("polling what is forbidden gives %v", err)
	}
	if n := node.ReadStats().Joined; n != joined {
		t.Errorf("joined %d times more", n-joined)
	}
}
