package messages

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/velox-trading/velox/trading/decimal"
)

// scanner reads JSON in one pass, without a copy of what it doesn't keep. Its
// verdict on what is JSON is encoding/json's, which the fuzz tests hold it to.
type scanner struct {
	b []byte
	i int
	// scratch holds unescaped strings.
	scratch []byte
	// wrongField is the first field that doesn't hold what it should. Reading goes
	// on, for a value that isn't JSON at all is told first.
	wrongField *DecodeError
}

func (s *scanner) note(err *DecodeError) error {
	if s.wrongField == nil {
		s.wrongField = err
	}
	return nil
}

// maxDepth bounds nesting, as encoding/json does.
const maxDepth = 10_000

var errJSON = errors.New("not JSON")

func (s *scanner) space() {
	b, i := s.b, s.i
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	s.i = i
}

// peek gives the first byte of the next token, 0 at the end.
func (s *scanner) peek() byte {
	if s.i < len(s.b) && s.b[s.i] > ' ' {
		return s.b[s.i]
	}
	s.space()
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *scanner) expect(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.i++
	return true
}

// end tells whether nothing but space is left.
func (s *scanner) end() bool { return s.peek() == 0 && s.i >= len(s.b) }

// object calls field for every member, with the scanner at its value, which
// field must read or skip.
func (s *scanner) object(field func(key []byte) error) error {
	if !s.expect('{') {
		return errJSON
	}
	if s.expect('}') {
		return nil
	}
	for {
		if s.peek() != '"' {
			return errJSON
		}
		key, err := s.text()
		if err != nil {
			return err
		}
		if !s.expect(':') {
			return errJSON
		}
		if err := field(key); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.i++
		case '}':
			s.i++
			return nil
		default:
			return errJSON
		}
	}
}

// array calls item for every element.
func (s *scanner) array(item func() error) error {
	if !s.expect('[') {
		return errJSON
	}
	if s.expect(']') {
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.i++
		case ']':
			s.i++
			return nil
		default:
			return errJSON
		}
	}
}

// text reads a string. The bytes are valid until the next call.
func (s *scanner) text() ([]byte, error) {
	if s.peek() != '"' {
		return nil, errJSON
	}
	b, start := s.b, s.i+1
	for i := start; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			s.i = i + 1
			return b[start:i], nil
		case c == '\\' || c >= utf8.RuneSelf:
			s.i = i
			return s.slowText(start)
		case c < ' ':
			return nil, errJSON
		}
	}
	return nil, errJSON
}

// slowText reads a string with escapes or bytes beyond ASCII. Invalid UTF-8
// becomes U+FFFD, as in encoding/json.
func (s *scanner) slowText(start int) ([]byte, error) {
	out := append(s.scratch[:0], s.b[start:s.i]...)
	for s.i < len(s.b) {
		c := s.b[s.i]
		switch {
		case c == '"':
			s.i++
			s.scratch = out
			return out, nil
		case c < ' ':
			return nil, errJSON
		case c == '\\':
			r, err := s.escape()
			if err != nil {
				return nil, err
			}
			out = utf8.AppendRune(out, r)
		case c < utf8.RuneSelf:
			out = append(out, c)
			s.i++
		default:
			r, n := utf8.DecodeRune(s.b[s.i:])
			out = utf8.AppendRune(out, r)
			s.i += n
		}
	}
	return nil, errJSON
}

var escapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads one escape; an unpaired surrogate becomes U+FFFD.
func (s *scanner) escape() (rune, error) {
	if s.i+1 >= len(s.b) {
		return 0, errJSON
	}
	c := s.b[s.i+1]
	if c != 'u' {
		r, ok := escapes[c]
		if !ok {
			return 0, errJSON
		}
		s.i += 2
		return r, nil
	}
	r, err := s.hex()
	if err != nil {
		return 0, err
	}
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if s.i+1 < len(s.b) && s.b[s.i] == '\\' && s.b[s.i+1] == 'u' {
		at := s.i
		low, err := s.hex()
		if err != nil {
			return 0, err
		}
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, nil
		}
		s.i = at
	}
	return utf8.RuneError, nil
}

func (s *scanner) hex() (rune, error) {
	if s.i+6 > len(s.b) {
		return 0, errJSON
	}
	var r rune
	for _, c := range s.b[s.i+2 : s.i+6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, errJSON
		}
	}
	s.i += 6
	return r, nil
}

// number gives the text of a number, whose grammar it checks.
func (s *scanner) number() ([]byte, error) {
	s.space()
	start := s.i
	if s.i < len(s.b) && s.b[s.i] == '-' {
		s.i++
	}
	switch {
	case s.i < len(s.b) && s.b[s.i] == '0':
		s.i++
	case !s.digits():
		return nil, errJSON
	}
	if s.i < len(s.b) && s.b[s.i] == '.' {
		s.i++
		if !s.digits() {
			return nil, errJSON
		}
	}
	if s.i < len(s.b) && (s.b[s.i] == 'e' || s.b[s.i] == 'E') {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		if !s.digits() {
			return nil, errJSON
		}
	}
	return s.b[start:s.i], nil
}

func (s *scanner) digits() bool {
	b, i := s.b, s.i
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	some := i > s.i
	s.i = i
	return some
}

// shortNumber reads a number below 10^9 of up to 8 decimal places, without sign
// and exponent, in one pass: nearly all that ticks hold. For any other it leaves
// the scanner where it is.
func (s *scanner) shortNumber() (units int64, ok bool) {
	b, i := s.b, s.i
	first := i
	for i < len(b) && b[i]-'0' <= 9 {
		units = units*10 + int64(b[i]-'0')
		i++
	}
	whole := i - first
	if whole == 0 || whole > maxShortDigits || (b[first] == '0' && whole > 1) {
		return 0, false
	}
	places := 0
	if i < len(b) && b[i] == '.' {
		i++
		for i < len(b) && b[i]-'0' <= 9 && places <= decimal.Places {
			units = units*10 + int64(b[i]-'0')
			i++
			places++
		}
		if places == 0 || places > decimal.Places {
			return 0, false
		}
	}
	if i < len(b) && (b[i]|0x20 == 'e' || b[i]-'0' <= 9) {
		return 0, false
	}
	s.i = i
	return units * pow10[decimal.Places-places], true
}

// maxShortDigits before the point, with 8 after it, fit an int64.
const maxShortDigits = 9

var pow10 = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

func (s *scanner) literal(word string) error {
	if s.i+len(word) > len(s.b) || string(s.b[s.i:s.i+len(word)]) != word {
		return errJSON
	}
	s.i += len(word)
	return nil
}

// skip passes over one value of any type.
func (s *scanner) skip() error { return s.skipAt(0) }

func (s *scanner) skipAt(depth int) error {
	if depth > maxDepth {
		return errJSON
	}
	switch c := s.peek(); c {
	case '{':
		return s.object(func([]byte) error { return s.skipAt(depth + 1) })
	case '[':
		return s.array(func() error { return s.skipAt(depth + 1) })
	case '"':
		_, err := s.text()
		return err
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		_, err := s.number()
		return err
	}
}

// null passes over a null, if there is one.
func (s *scanner) null() (bool, error) {
	if s.peek() != 'n' {
		return false, nil
	}
	return true, s.literal("null")
}

// wrong gives the error of a value that has another type than the field, after
// it was read to see that it is JSON at all.
func (s *scanner) wrong(field, want string) error {
	if err := s.skip(); err != nil {
		return err
	}
	return s.note(&DecodeError{Reason: ReasonWrongType, Field: field, Detail: "want " + want})
}

func (s *scanner) isNumber() bool {
	c := s.peek()
	return c == '-' || (c >= '0' && c <= '9')
}

// numberText reads a field's number; it is nil for null.
func (s *scanner) numberText(field, want string) ([]byte, error) {
	if null, err := s.null(); null || err != nil {
		return nil, err
	}
	if !s.isNumber() {
		return nil, s.wrong(field, want)
	}
	return s.number()
}

// decimalField reads a number within the bound of inputs; null leaves the value
// and gives false.
func (s *scanner) decimalField(field string, to *decimal.Decimal) (bool, error) {
	ok, err := s.sumField(field, to)
	if ok && !to.Bounded() {
		*to = decimal.Decimal{}
		return false, s.tooLarge(field)
	}
	return ok, err
}

func (s *scanner) tooLarge(field string) error {
	return s.note(&DecodeError{Reason: ReasonOutOfRange, Field: field, Detail: "larger than 92233720368.54775807"})
}

// sumField reads a number that adds up inputs, and may be larger than one.
func (s *scanner) sumField(field string, to *decimal.Decimal) (bool, error) {
	if s.peek()-'0' <= 9 {
		if units, ok := s.shortNumber(); ok {
			*to = decimal.FromUnits(units)
			return true, nil
		}
	}
	text, err := s.numberText(field, "a number")
	if text == nil || err != nil {
		return false, err
	}
	d, err := decimal.ParseBytes(text)
	if err != nil {
		return false, s.tooLarge(field)
	}
	*to = d
	return true, nil
}

// intField reads a whole number.
func (s *scanner) intField(field string, to *int64) (bool, error) {
	text, err := s.numberText(field, "a whole number")
	if text == nil || err != nil {
		return false, err
	}
	n, ok := smallInt(text)
	if !ok {
		var err error
		if n, err = strconv.ParseInt(string(text), 10, 64); err != nil {
			return false, s.note(&DecodeError{Reason: ReasonWrongType, Field: field, Detail: "want a whole number of 64 bits"})
		}
	}
	*to = n
	return true, nil
}

// smallInt reads up to 18 digits.
func smallInt(text []byte) (int64, bool) {
	if len(text) > 18 || text[0] == '-' {
		return 0, false
	}
	n := int64(0)
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// floatField reads a number as a float64.
func (s *scanner) floatField(field string, to *float64) (bool, error) {
	text, err := s.numberText(field, "a number")
	if text == nil || err != nil {
		return false, err
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return false, s.note(&DecodeError{Reason: ReasonOutOfRange, Field: field, Detail: "no 64-bit float holds it"})
	}
	*to = f
	return true, nil
}

// boolField reads true or false.
func (s *scanner) boolField(field string, to *bool) (bool, error) {
	switch s.peek() {
	case 'n':
		return false, s.literal("null")
	case 't':
		*to = true
		return true, s.literal("true")
	case 'f':
		*to = false
		return true, s.literal("false")
	}
	return false, s.wrong(field, "true or false")
}

// textField reads a string; the bytes are valid until the next call.
func (s *scanner) textField(field string) ([]byte, bool, error) {
	if s.peek() != '"' {
		if null, err := s.null(); null || err != nil {
			return nil, false, err
		}
		return nil, false, s.wrong(field, "a string")
	}
	t, err := s.text()
	if err == nil && len(t) > MaxTextBytes {
		return nil, false, s.note(&DecodeError{Reason: ReasonOutOfRange, Field: field, Detail: "longer than 1024 bytes"})
	}
	return t, err == nil, err
}

// stringField reads a string into to.
func (s *scanner) stringField(field string, to *string) error {
	t, ok, err := s.textField(field)
	if ok {
		*to = string(t)
	}
	return err
}
