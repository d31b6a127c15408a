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

// maxDeadLetterData bounds the copy of a record that its dead letter carries;
// length and hash tell of the rest.
const maxDeadLetterData = 64 << 10

// deadLetter makes the dead letter of a record, or of an input without one.
func deadLetter(take int, origin messages.Origin, rec *messages.Record, reason, stage, detail string) output {
	letter := messages.DeadLetter{
		Reason: reason, Stage: stage, Error: detail,
		Topic: origin.Topic, Partition: origin.Partition, Offset: origin.Offset,
	}
	var key []byte
	if rec != nil {
		sum := sha256.Sum256(rec.Value)
		letter.Length, letter.Hash = len(rec.Value), hex.EncodeToString(sum[:])
		letter.Data = rec.Value[:min(len(rec.Value), maxDeadLetterData)]
		key = rec.Key
		if len(key) > maxDeadLetterKey {
			key = nil
		}
	}
	return output{
		take: take, origin: origin, schema: schemaDeadLetter, firm: true, reason: reason,
		out: messages.Out{
			Topic: messages.TopicDeadLetters, Partition: messages.AnyPartition,
			Key: key, Value: messages.AppendDeadLetter(nil, &letter),
		},
	}
}

// maxDeadLetterKey keeps an absurd key from making the dead letter too large.
const maxDeadLetterKey = 1 << 10
