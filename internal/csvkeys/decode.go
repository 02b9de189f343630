package csvkeys

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeText returns a file as UTF-8 without its byte order mark. Spreadsheets and
// PowerShell write UTF-16.
func decodeText(data []byte) (string, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		if bytes.IndexByte(text, 0) >= 0 {
			return "", errors.New("it is not a text file")
		}
		return string(bytes.ToValidUTF8(text, []byte(string(utf8.RuneError)))), nil
	}
	units := make([]uint16, 0, len(data)/2)
	for rest := data[2:]; len(rest) >= 2; rest = rest[2:] {
		units = append(units, order.Uint16(rest))
	}
	return string(utf16.Decode(units)), nil
}
