package actors

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/velox-trading/velox/messages"
)

// Reasons of dead letters that the shards themselves give. Decoders, symbols and
// accounts have more specific ones.
const (
	reasonKeyMismatch  = "KEY_MISMATCH"
	reasonAhead        = "TIMESTAMP_AHEAD"
	reasonFailed       = "ENTITY_FAILED"
	reasonTooLarge     = "OUTPUT_TOO_LARGE"
	reasonUnclaimed    = "UNCLAIMED"
	reasonExchange     = "EXCHANGE_MISMATCH"
	reasonRefused      = "COMMAND_REFUSED"
	reasonBadIndicator = "UNKNOWN_INDICATOR"
)

// What a dead letter holds at most, so that it fits into any topic: of a record's value,
// of which length and hash tell the rest; of its key, which is left out beyond that; and
// of each text, in which what a record holds may be quoted. A bare letter has bareText
// of each text, and nothing of the record.
const (
	maxDeadLetterData = 64 << 10
	maxDeadLetterKey  = 1 << 10
	maxDeadLetterText = 4 << 10
	bareText          = 256
)

// deadLetter makes the dead letter of a record, or of an input without one.
func deadLetter(take int, origin messages.Origin, rec *messages.Record, reason, stage, detail string) output {
	letter := letterOf(origin, rec, reason, stage, detail, maxDeadLetterText)
	var key []byte
	if rec != nil {
		letter.Data = rec.Value[:min(len(rec.Value), maxDeadLetterData)]
		if len(rec.Key) <= maxDeadLetterKey {
			key = rec.Key
		}
	}
	return letterOutput(take, origin, key, &letter)
}

// bareLetter makes the dead letter of a record whose own was too large for the topic.
func bareLetter(take int, origin messages.Origin, rec *messages.Record, reason, stage, detail string) output {
	letter := letterOf(origin, rec, reason, stage, detail, bareText)
	return letterOutput(take, origin, nil, &letter)
}

func letterOf(origin messages.Origin, rec *messages.Record, reason, stage, detail string, text int) messages.DeadLetter {
	letter := messages.DeadLetter{
		Reason: reason, Stage: messages.Shorten(stage, text), Error: messages.Shorten(detail, text),
		Topic: origin.Topic, Partition: origin.Partition, Offset: origin.Offset,
	}
	if rec != nil {
		sum := sha256.Sum256(rec.Value)
		letter.Length, letter.Hash = len(rec.Value), hex.EncodeToString(sum[:])
	}
	return letter
}

func letterOutput(take int, origin messages.Origin, key []byte, letter *messages.DeadLetter) output {
	return output{
		take: take, origin: origin, schema: schemaDeadLetter, firm: true, reason: letter.Reason,
		out: messages.Out{
			Topic: messages.TopicDeadLetters, Partition: messages.AnyPartition,
			Key: key, Value: messages.AppendDeadLetter(nil, letter),
		},
	}
}
