package configs

// Secret is a password or token. It is not shown by anything that prints it; the
// text itself is string(s).
type Secret string

const hidden = "(hidden)"

// String gives a mark in place of the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString does the same for %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText does the same for encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes the secret as it is.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = Secret(text)
	return nil
}

// Allowed says what may be written, for messages.
func (Secret) Allowed() string { return "text" }
