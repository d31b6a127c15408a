package account

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/velox-trading/velox/trading/decimal"
)

// maxDepth bounds how deep the values of a command's data are nested.
const maxDepth = 8

// strict tells why data must not be read leniently. encoding/json takes null for
// "not given", the last of two equal names, and names in any case; and a number
// below half of a decimal's last place is 0. With limits, each of them can turn a
// limit into none.
func strict(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := strictValue(d, "data", 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

func strictValue(d *json.Decoder, path string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%s: nested more than %d deep", path, maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case nil:
		return fmt.Errorf("%s is null; give a value or leave it out", path)
	case json.Number:
		if n, err := decimal.Parse(v.String()); err == nil && n.IsZero() && strings.ContainsAny(digits(v.String()), "123456789") {
			return fmt.Errorf("%s is %.32s; the smallest number is 0.00000001", path, v)
		}
	case json.Delim:
		if v == '{' {
			return strictObject(d, path, depth)
		}
		for i := 0; d.More(); i++ {
			if err := strictValue(d, fmt.Sprintf("%s[%d]", path, i), depth+1); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	return err
}

func strictObject(d *json.Decoder, path string, depth int) error {
	seen := make(map[string]bool)
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		field := fmt.Sprintf("%s.%.64s", path, name)
		if seen[name] {
			return fmt.Errorf("%s is given twice", field)
		}
		seen[name] = true
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return fmt.Errorf("%s: names are of lower case letters, digits and _", field)
		}
		if err := strictValue(d, field, depth+1); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// digits gives a number without its exponent.
func digits(number string) string {
	mantissa, _, _ := strings.Cut(strings.ToLower(number), "e")
	return mantissa
}

// RuleTexts are a strategy's rules by name. In JSON a rule may be a number or a
// boolean as well, which stands for its text.
type RuleTexts map[string]string

// UnmarshalJSON implements json.Unmarshaler.
func (r *RuleTexts) UnmarshalJSON(data []byte) error {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(data, &values); err != nil {
		return fmt.Errorf("rules: %w", err)
	}
	*r = make(RuleTexts, len(values))
	for name, raw := range values {
		switch raw[0] {
		case '"':
			var text string
			if err := json.Unmarshal(raw, &text); err != nil {
				return fmt.Errorf("rules.%.64s: %w", name, err)
			}
			(*r)[name] = text
		case '{', '[', 'n':
			return fmt.Errorf("rules.%.64s: want a text, a number or a boolean", name)
		default:
			(*r)[name] = string(raw)
		}
	}
	return nil
}
