package main

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/awsbroker/awsbroker/internal/grant"
)

// writeJSON writes v for machines, indented. It is the one way in which commands write
// JSON, because a person may look at it too.
func writeJSON(out io.Writer, v any) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := out.Write(printable(text.Bytes()))
	return err
}

// printable returns JSON with what could act on a terminal escaped, as the log has it:
// DEL, the C1 control characters, and those that turn text around or cannot be seen.
// encoding/json leaves them as they are. The JSON means the same as before.
func printable(text []byte) []byte {
	escaped := make([]byte, 0, len(text))
	for _, r := range string(text) {
		switch r {
		case '\n':
			escaped = append(escaped, '\n')
		case '\t', '\r': // they can be between values only, where JSON takes no escapes
			escaped = append(escaped, ' ')
		default:
			escaped = grant.AppendRune(escaped, r)
		}
	}
	return escaped
}
