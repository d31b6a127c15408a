package messages

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// FuzzDecode: whatever a record holds, in either encoding, every decoder accepts
// it or gives a *DecodeError, and what it accepts comes back the same after
// another round through the encoding.
func FuzzDecode(f *testing.F) {
	topics := make([]string, 0, len(codecs))
	for topic := range codecs {
		topics = append(topics, topic)
	}
	slices.Sort(topics)
	for i, topic := range topics {
		value := []byte(seedExamples[topic])
		f.Add(uint8(i), false, value)
		_, asProto, err := codecs[topic](&Record{Value: value})
		if err != nil {
			f.Fatalf("%s: %v", topic, err)
		}
		f.Add(uint8(i), true, asProto)
		f.Add(uint8(i), false, value[:len(value)/2])
		f.Add(uint8(i), true, asProto[:len(asProto)/2])
		f.Add(uint8(i), false, []byte(extendedExamples[topic]))
	}
	f.Add(uint8(0), false, []byte(`{"symbol":"A","timeframe":"1min","timestamp":1,"indicators":{"E":{"value":1e400,"is_realtime":1}}}`))
	f.Add(uint8(1), false, []byte(`{"order_id":null,"order":[],"execution":{"average_price":-0}}`))
	// Found by fuzzing: a timeframe on a signal that is no request, space in raw data,
	// an indicator that is NaN.
	f.Add(uint8(slices.Index(topics, TopicSignals)), true, []byte("\x12\x0500000\x180\"\x03BUYZ\a0000000:\x0510000\n\x06000000"))
	f.Add(uint8(slices.Index(topics, TopicCommands)), true, []byte("\n\x0200\x12\x0200\x180\"\a0000000*\r{\"000000\": 0}"))
	f.Add(uint8(slices.Index(topics, TopicUpdates)), true, []byte("\n\x0500000\x12\x040000\x180\"\x1300000000\x11000000\xff\x7f00"))
	f.Fuzz(func(t *testing.T, which uint8, protobuf bool, value []byte) {
		topic := topics[int(which)%len(topics)]
		asJSON, asProto, err := codecs[topic](&Record{Topic: topic, Value: value, Headers: contentType(protobuf)})
		if err != nil {
			var d *DecodeError
			if !errors.As(err, &d) || d.Reason == "" {
				t.Fatalf("%s %q: error without a reason: %v", topic, value, err)
			}
			return
		}
		for _, again := range []struct {
			protobuf bool
			value    []byte
		}{{false, asJSON}, {true, asProto}} {
			gotJSON, gotProto, err := codecs[topic](&Record{Topic: topic, Value: again.value, Headers: contentType(again.protobuf)})
			if err != nil {
				t.Fatalf("%s %q: what was encoded is refused: %q: %v", topic, value, again.value, err)
			}
			if !bytes.Equal(gotJSON, asJSON) || !bytes.Equal(gotProto, asProto) {
				t.Fatalf("%s %q:\n%q became\n%q", topic, value, asJSON, gotJSON)
			}
		}
	})
}

func contentType(protobuf bool) []Header {
	if protobuf {
		return []Header{{Key: HeaderContentType, Value: []byte(ContentTypeProtobuf)}}
	}
	return []Header{{Key: HeaderContentType, Value: []byte(ContentTypeJSON)}}
}
