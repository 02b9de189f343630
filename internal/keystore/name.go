package keystore

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Namespaces. Keys and other items cannot meet, whatever people call their
// keys, and neither can meet the items of another program.
const (
	keySpace  = "awsbroker/key/"
	itemSpace = "awsbroker/item/"
)

const (
	maxName     = 128 // bytes of a key's name
	maxItemName = 120 // bytes of its encoded form; 255 is what a file name may have, with room for prefix and escapes
)

// CheckName says whether a key can have this name: 1 to 128 bytes of UTF-8,
// with spaces inside if people want them (profile names may have them), but
// nothing invisible, no space at an end, and no leading "-", which would be
// read as a flag. Names are compared byte by byte: nothing is normalised.
func CheckName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: the name of a key is empty", ErrName)
	case len(name) > maxName:
		return fmt.Errorf("%w: the name of a key has at most %d bytes, this one has %d", ErrName, maxName, len(name))
	case !utf8.ValidString(name):
		return fmt.Errorf("%w: %q is not UTF-8", ErrName, name)
	case strings.TrimSpace(name) != name:
		return fmt.Errorf("%w: %q begins or ends with a space", ErrName, name)
	case name[0] == '-':
		return fmt.Errorf("%w: %q begins with a dash", ErrName, name)
	}
	for _, r := range name {
		// Graphic leaves out control characters and the invisible ones that
		// reorder text (category Cf); of the spaces only the plain one is visible as such.
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) && r != ' ' {
			return fmt.Errorf("%w: %q has the invisible character %U", ErrName, name, r)
		}
	}
	return nil
}

// itemName is what a key or item is called in the keychain. It has only
// lower-case letters, digits, and ". _ - / =", so that it is the same name in
// every keychain, on file systems that ignore case too (":" and "," broke pass
// and file names: https://github.com/99designs/aws-vault/issues/1230).
// Different names stay different: "=" is always followed by the two digits of
// a byte or, in names that got too long, by "=" and a hash.
func itemName(space, name string) string {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		c := name[i]
		plain := 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'
		if c == '.' && i == len(name)-1 {
			plain = false // Windows drops a file name's last dot
		}
		if plain {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "=%02x", c)
		}
	}
	encoded := b.String()
	if len(encoded) > maxItemName {
		encoded = fmt.Sprintf("%s==%x", encoded[:maxItemName-2-40], sha256.Sum256([]byte(name)))[:maxItemName]
	}
	return space + encoded
}

// nameOf undoes [itemName]. It fails for an item of another space or program, and
// for a name that was too long, of which the item has a hash only.
func nameOf(space, item string) (name string, ok bool) {
	encoded, ok := strings.CutPrefix(item, space)
	if !ok {
		return "", false
	}
	name, err := url.PathUnescape(strings.ReplaceAll(encoded, "=", "%"))
	return name, err == nil && CheckName(name) == nil && itemName(space, name) == item
}
