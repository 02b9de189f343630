package main

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// TestJSONIsPrintable: what a command prints for machines does nothing on a terminal,
// and machines read what was meant.
func TestJSONIsPrintable(t *testing.T) {
	var all []string
	for r := rune(0); r < 0x110000; r++ {
		if r < 0x3100 || r > 0xDFFF && r < 0xE100 || r > 0xF900 && r < 0x10100 || r >= 0xE0000 && r < 0xE0200 {
			all = append(all, string(r))
		}
	}
	hostile := map[string]any{"text": strings.Join(all, ""), "\x9b31m\u202ename": []any{"\u009b2J\x1b[2J\r", float64(1), nil}}
	var out strings.Builder
	if err := writeJSON(&out, hostile); err != nil {
		t.Fatal(err)
	}
	for _, r := range out.String() {
		if r != '\n' && !strconv.IsPrint(r) {
			t.Fatalf("%U is printed as it is", r)
		}
	}
	want, _ := json.Marshal(hostile)
	var wanted, got any
	if err := json.Unmarshal(want, &wanted); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(wanted, got) {
		t.Error("the JSON means something else")
	}
}
