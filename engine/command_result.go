package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/velox-trading/velox/configs"
	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

// What became of a command, as far as it is known.
const (
	stateChecked = "checked"  // nothing was written
	stateWritten = "written"  // it is in the log
	stateTaken   = "taken_in" // and its account has taken it in
	stateRefused = "refused"  // and its account has refused it, or its order
)

// commandResult tells of a command. Its JSON is what `veloxd command --json` prints.
type commandResult struct {
	CommandID string         `json:"command_id"`
	UserID    string         `json:"user_id"`
	Type      string         `json:"type"`
	State     string         `json:"state"`
	Reason    string         `json:"reason,omitempty"` // of a refusal
	At        *commandPlace  `json:"at,omitempty"`
	Events    []commandEvent `json:"events,omitempty"`
}

// commandPlace is where a command stands.
type commandPlace struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
}

// commandEvent is a record that a command has caused.
type commandEvent struct {
	Topic string          `json:"topic"`
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value,omitempty"`
	text  string
}

// effectTopics are the topics that tell what came of a command.
var effectTopics = []string{messages.TopicOrders, messages.TopicAlerts, messages.TopicStrategies, messages.TopicDeadLetters}

// send writes the command and waits until its shard is past it: what came of it was
// committed together with that.
func (r *commandResult) send(ctx context.Context, c *configs.Config, log *kafka.Log, command *messages.Command, wait time.Duration) error {
	before, err := ends(ctx, log)
	if errors.Is(err, messages.ErrNoTopic) {
		return exit(ExitKafka, "command: %w; `veloxd topics apply` makes the topics of Velox", err)
	}
	if err != nil {
		return exit(ExitKafka, "command: %w", err)
	}
	producer, err := log.NewProducer()
	if err != nil {
		return exit(ExitKafka, "command: %w", err)
	}
	defer producer.Close()
	tp, offset, err := producer.Write(ctx, commandRecord(command))
	if err != nil {
		return exit(ExitKafka, "command: %w", err)
	}
	r.State, r.At = stateWritten, &commandPlace{tp.Topic, tp.Partition, offset}
	if wait == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if err := r.takenIn(ctx, log, c.Kafka.GroupIDPrefix+groupAccounts); err != nil {
		return r.unlessLate(ctx, err)
	}
	return r.unlessLate(ctx, r.effects(ctx, log, before))
}

// unlessLate drops the error of a wait that is over: the command stands in the log,
// and the result says how far it was seen.
func (r *commandResult) unlessLate(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return nil
	}
	return exit(ExitKafka, "command %s is written to %s/%d at offset %d, but what came of it can't be read: %w",
		r.CommandID, r.At.Topic, r.At.Partition, r.At.Offset, err)
}

// takenIn waits until the account shards' group has published an offset past the
// command.
func (r *commandResult) takenIn(ctx context.Context, log *kafka.Log, group string) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	tp := messages.TopicPartition{Topic: r.At.Topic, Partition: r.At.Partition}
	for {
		next, err := log.GroupOffset(ctx, group, tp)
		if err != nil {
			return err
		}
		if next > r.At.Offset {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// ends gives the ends of all partitions that tell of effects.
func ends(ctx context.Context, log *kafka.Log) (map[messages.TopicPartition]int64, error) {
	var tps []messages.TopicPartition
	for _, topic := range append(slices.Clone(effectTopics), messages.TopicCommands) {
		n, err := log.PartitionCount(ctx, topic)
		if err != nil {
			return nil, err
		}
		if topic == messages.TopicCommands {
			continue // that it is there is enough
		}
		for p := range n {
			tps = append(tps, messages.TopicPartition{Topic: topic, Partition: p})
		}
	}
	ranges, err := log.Offsets(ctx, tps...)
	if err != nil {
		return nil, err
	}
	out := make(map[messages.TopicPartition]int64, len(ranges))
	for tp, r := range ranges {
		out[tp] = r.End
	}
	return out, nil
}

// effects reads what the command has caused: records with its place as their origin.
func (r *commandResult) effects(ctx context.Context, log *kafka.Log, before map[messages.TopicPartition]int64) error {
	after, err := ends(ctx, log)
	if err != nil {
		return err
	}
	ranges := make(map[messages.TopicPartition]messages.OffsetRange, len(after))
	for tp, end := range after {
		ranges[tp] = messages.OffsetRange{Start: before[tp], End: end}
	}
	type placed struct {
		index int32
		event commandEvent
	}
	var found []placed
	err = log.Scan(ctx, ranges, func(rec *messages.Record) error {
		header, _ := rec.Header(messages.HeaderOrigin)
		o, err := messages.ParseOrigin(string(header))
		if err != nil || o.Topic != r.At.Topic || o.Partition != r.At.Partition || o.Offset != r.At.Offset {
			return nil // another's
		}
		e, err := r.read(rec)
		found = append(found, placed{o.Index, e})
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b placed) int { return int(a.index - b.index) })
	if r.State == stateWritten {
		r.State = stateTaken
	}
	for _, p := range found {
		r.Events = append(r.Events, p.event)
	}
	return nil
}

// read takes in a record that the command has caused; a refusal changes the state.
func (r *commandResult) read(rec *messages.Record) (commandEvent, error) {
	e := commandEvent{Topic: rec.Topic, Key: string(rec.Key), Value: rec.Value}
	switch rec.Topic {
	case messages.TopicOrders:
		o, err := messages.DecodeOrderEventRecord(rec)
		if err != nil {
			return e, err
		}
		e.Value = messages.AppendOrderEvent(nil, &o)
		e.text = fmt.Sprintf("%s %s %v %s, order %s", o.EventType, o.Order.TransactionType, o.Order.Quantity, o.Symbol, o.OrderID)
		if o.Order.Status != o.EventType {
			e.text += ", " + o.Order.Status
		}
		why := o.Order.Reason
		if o.Order.Detail != "" {
			why += ": " + o.Order.Detail
		}
		if why != "" {
			e.text += ", " + why
		}
		if o.EventType == "REJECTED" {
			r.State, r.Reason = stateRefused, "its order "+o.OrderID+" was rejected: "+why
		}
	case messages.TopicAlerts:
		a, err := messages.DecodeAlertRecord(rec)
		if err != nil {
			return e, err
		}
		e.Value = messages.AppendAlert(nil, &a)
		e.text = a.Severity + " " + a.AlertType + ": " + a.Message
	case messages.TopicDeadLetters:
		d, err := messages.DecodeDeadLetter(rec.Value)
		if err != nil {
			return e, err
		}
		e.text, r.State, r.Reason = d.Reason+": "+d.Error, stateRefused, d.Error
	case messages.TopicStrategies:
		e.text = "strategy " + e.Key + " is deployed"
		if owner, err := messages.DecodeStrategyOwner(rec.Value); err != nil || owner.Removed { // no value: by an earlier version
			e.text = "strategy " + e.Key + " is removed"
		}
	}
	return e, nil
}

// failure gives the exit code of a command that is not known to have been carried out,
// though that was waited for.
func (r *commandResult) failure(c *configs.Config, o *CommandOptions) error {
	switch {
	case r.State == stateRefused:
		return exit(ExitCommandRefused, "%s for %s: %s", r.Type, r.UserID, r.Reason)
	case r.State == stateWritten && o.Wait > 0:
		return exit(ExitCommandUnseen, "%s for %s was written, and not seen to be taken in within %v; it stays in the log until it is. "+
			"A node with the role accounts must run on this cluster with the group id prefix %s; a refusal goes to %s",
			r.Type, r.UserID, o.Wait, c.Kafka.GroupIDPrefix, messages.TopicDeadLetters)
	}
	return nil
}

func (r *commandResult) print(o *CommandOptions) error {
	if o.JSON {
		e := json.NewEncoder(o.Out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s for %s, command_id %s: %s", r.Type, r.UserID, r.CommandID, strings.ReplaceAll(r.State, "_", " "))
	if r.At != nil {
		fmt.Fprintf(&b, ", %s partition %d offset %d", r.At.Topic, r.At.Partition, r.At.Offset)
	}
	b.WriteByte('\n')
	for _, e := range r.Events {
		fmt.Fprintf(&b, "  %-18s  %s\n", e.Topic, e.text)
	}
	switch {
	case r.State == stateTaken && len(r.Events) == 0 && o.ID != "":
		b.WriteString("  no event came of it: it needs none, or its command_id was known and it was dropped\n")
	case r.State == stateTaken && len(r.Events) == 0:
		b.WriteString("  no event came of it, and none was needed\n")
	case r.State == stateWritten && o.Wait == 0:
		b.WriteString("  what comes of it is told on order-events and risk-alerts, a refusal on velox-dead-letters\n")
	}
	_, err := io.WriteString(o.Out, b.String())
	return err
}
