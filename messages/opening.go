package messages

import "strconv"

// An opening's record is written to indicator-updates by each new owner of a symbol
// shard whose updates leave at once, before any update of his. Nothing else fences
// such updates: those of an earlier owner who doesn't know yet that he is one may
// still appear, and know nothing of what was asked for since. A reader drops, behind
// the record of an opening, the updates of the shard's earlier ones.
const (
	// OpeningTopic stands in an opening's Origin for a topic:
	// opening/<partition>/<number>.
	OpeningTopic = "opening"
	// OpeningSymbol is the key and the symbol of an opening's record, which has the
	// shape of an update, so that every reader of updates can read it.
	OpeningSymbol = "velox-opening"
	// SchemaOpening is the schema that tells an opening's record from an update.
	SchemaOpening = "shard-opening/1"
)

// Opening names one owner of a symbol shard: numbers grow from each to the next.
type Opening struct {
	Shard  int32 // its partition of the ticks
	Number int64
}

// Origin gives the opening as the origin of its record.
func (o Opening) Origin() Origin {
	return Origin{Topic: OpeningTopic, Partition: o.Shard, Offset: o.Number}
}

// Opening gives what an opening's record tells; false for all other records.
func (r *Record) Opening() (Opening, bool) {
	if schema, _ := r.Header(HeaderSchema); string(schema) != SchemaOpening || !r.WrittenByVelox() {
		return Opening{}, false
	}
	text, _ := r.Header(HeaderOrigin)
	o, err := ParseOrigin(string(text))
	if err != nil || o.Topic != OpeningTopic {
		return Opening{}, false
	}
	return Opening{Shard: o.Partition, Number: o.Offset}, true
}

// OpenedAs gives the number of the opening that an update was written under; false
// when the record doesn't tell.
func (r *Record) OpenedAs() (int64, bool) {
	text, ok := r.Header(HeaderOpening)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	return n, err == nil
}
