// Package credential holds AWS credentials in memory: long-lived access keys
// and the temporary ones that AWS STS makes from them. Secrets in it print as
// "[redacted]" however they are formatted, and have to be revealed by name.
package credential

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a string that no formatting verb, encoder or logger shows.
// The zero value is an empty secret.
type Secret struct{ value string }

// NewSecret wraps s.
func NewSecret(s string) Secret { return Secret{value: s} }

// Reveal returns the secret itself. Every call of it is a place to review.
func (s Secret) Reveal() string { return s.value }

// IsEmpty reports whether there is no secret.
func (s Secret) IsEmpty() bool { return s.value == "" }

// String implements fmt.Stringer.
func (s Secret) String() string { return redacted }

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return redacted }

// Format implements fmt.Formatter, which covers the verbs that String does not.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, which JSON uses too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
