package kafka_test

import (
	"errors"
	"testing"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
	"github.com/velox-trading/velox/messages/logtest"
)

// testPrefix: the first cluster of Velox that claims a prefix holds it.
func testPrefix(t *testing.T, c *cluster) {
	if err := c.CreateTopic(t.Context(), messages.TopicTicks, 1, logtest.TopicOptions{}); err != nil && !topicExists(err) {
		t.Fatal(err)
	}
	admin, err := kafka.OpenAdmin(c.config("any"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	for range 3 {
		if err := admin.HoldPrefix(t.Context(), "one", "production"); err != nil {
			t.Fatal(err)
		}
	}
	err = admin.HoldPrefix(t.Context(), "one", "staging")
	held, ok := errors.AsType[*kafka.PrefixHeldError](err)
	if !ok || *held != (kafka.PrefixHeldError{Prefix: "one", Holder: "production", Wanted: "staging"}) {
		t.Errorf("the claim of a held prefix gives %v", err)
	}
	if err := admin.HoldPrefix(t.Context(), "two", "staging"); err != nil {
		t.Errorf("another prefix: %v", err)
	}
	if err := admin.HoldPrefix(t.Context(), "one", "production"); err != nil {
		t.Errorf("after the claim of another: %v", err)
	}
}
