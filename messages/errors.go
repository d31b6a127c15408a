package messages

import (
	"errors"
	"fmt"
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

func (e *DecodeError) Error() string {
	switch {
	case e.Field == "":
		return fmt.Sprintf("%s: %s", e.Reason, e.Detail)
	case e.Detail == "":
		return fmt.Sprintf("%s: %s", e.Reason, e.Field)
	default:
		return fmt.Sprintf("%s: %s: %s", e.Reason, e.Field, e.Detail)
	}
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
