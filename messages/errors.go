package messages

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// MaxTextBytes bounds every string on the wire: symbols, ids, names.
const MaxTextBytes = 1024

// Reasons for which a record can't be decoded, as its dead letter gives them.
const (
	ReasonMalformed  = "MALFORMED_JSON"
	ReasonMissing    = "MISSING_FIELD"
	ReasonWrongType  = "WRONG_TYPE"
	ReasonOutOfRange = "OUT_OF_RANGE"
	ReasonUnknown    = "UNKNOWN_VALUE"
	ReasonProtobuf   = "MALFORMED_PROTOBUF"
)

// DecodeError says why a value is not what its topic holds.
type DecodeError struct {
	Reason, Field, Detail string
}

// Error quotes at most MaxTextBytes of the field and of the detail, in which a value may
// stand that is as large as a record.
func (e *DecodeError) Error() string {
	field, detail := Shorten(e.Field, MaxTextBytes), Shorten(e.Detail, MaxTextBytes)
	switch {
	case field == "":
		return fmt.Sprintf("%s: %s", e.Reason, detail)
	case detail == "":
		return fmt.Sprintf("%s: %s", e.Reason, field)
	default:
		return fmt.Sprintf("%s: %s: %s", e.Reason, field, detail)
	}
}

// Shorten cuts a text that has more than n bytes, between two characters, and ends it
// with "…" then, which comes on top.
func Shorten(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for back := 0; back < utf8.UTFMax && n > 0 && !utf8.RuneStart(text[n]); back++ {
		n--
	}
	return text[:n] + "…"
}

// DecodeReason gives the reason of a decoder's error.
func DecodeReason(err error) string {
	var d *DecodeError
	if errors.As(err, &d) {
		return d.Reason
	}
	return ReasonMalformed
}

func missing(field string) error { return &DecodeError{Reason: ReasonMissing, Field: field} }

// checkName bounds the name of an indicator.
func checkName(name string) error {
	if len(name) > MaxTextBytes {
		return outOfRange("indicators", "names of at most 1024 bytes")
	}
	return nil
}

func outOfRange(field, want string) error {
	return &DecodeError{Reason: ReasonOutOfRange, Field: field, Detail: "want " + want}
}

// decodeJSON reads one object and nothing after it.
func decodeJSON(value []byte, field func(s *scanner, key []byte) error) error {
	return decodeWith(&scanner{}, value, field)
}

// decodeWith is decodeJSON with a scanner that is used again, which saves the hot
// path its only allocation.
func decodeWith(s *scanner, value []byte, field func(s *scanner, key []byte) error) error {
	*s = scanner{b: value, scratch: s.scratch}
	err := s.object(func(key []byte) error { return field(s, key) })
	if err != nil || !s.end() {
		return &DecodeError{Reason: ReasonMalformed, Detail: fmt.Sprintf("not a JSON object, at byte %d of %d", s.i, len(value))}
	}
	if s.wrongField != nil {
		return s.wrongField
	}
	return nil
}
