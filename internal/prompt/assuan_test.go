package prompt

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

// reply is the end of a response that a server sends.
func reply(text string) ([]byte, error) {
	return newAssuan(strings.NewReader(text), io.Discard).response()
}

func TestAssuanResponse(t *testing.T) {
	for text, want := range map[string]string{
		"OK\n":                                      "",
		"OK Pleased to meet you\r\n":                "",
		"D 123456\nOK\n":                            "123456",
		"D 123\nD 456\nOK closing\n":                "123456",
		"S PASSWORD_FROM_CACHE\n# hm\nD x\nOK":      "", // the newline is missing
		"S x\n#comment\nD a%25b%0Ac%e2%82%AC\nOK\n": "a%b\nc€",
		"D \nOK\n":                                  "",
		"D  x\nOK\n":                                " x",
	} {
		data, err := reply(text)
		if strings.HasSuffix(text, "OK") {
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%q: %v", text, err)
			}
		} else if err != nil || string(data) != want {
			t.Errorf("%q: %q, %v", text, data, err)
		}
	}
	for _, text := range []string{
		"", "\n", "OKAY\n", "INQUIRE QUALITY\n", "ok\n", "D %4\nOK\n", "D %zz\nOK\n", "ERR\n", "ERR x\n", "ERR -1 x\n", "ERR 99999999999\n",
		strings.Repeat("x", maxAssuan) + "\n", "S " + strings.Repeat("x", maxAssuan-2) + "\nOK\n",
		strings.Repeat("D "+strings.Repeat("x", 990)+"\n", 80) + "OK\n",
	} {
		data, err := reply(text)
		var refusal *assuanError
		if data != nil || err == nil || errors.As(err, &refusal) {
			t.Errorf("%.40q: %q, %v", text, data, err)
		}
	}
	for text, code := range map[string]int{
		"ERR 83886179 Operation cancelled <Pinentry>\n": gpgCanceled,
		"ERR 83886142 Timeout <Pinentry>\n":             gpgTimeout,
		"ERR 83886194\n":                                gpgNotConfirmed,
		"ERR 67109139 Unknown IPC command <User 1>\n":   275,
		"D secret\nERR 99 \x1b[2Jx\n":                   gpgCanceled,
	} {
		data, err := reply(text)
		var refusal *assuanError
		if data != nil || !errors.As(err, &refusal) || refusal.code != code || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q: %q, %v", text, data, err)
		}
	}
}

func TestAssuanArgument(t *testing.T) {
	var sent strings.Builder
	a := newAssuan(strings.NewReader("OK\n"), &sent)
	if _, err := a.call("SETDESC", "100 %\r\nnext\x1b"+strings.Repeat("€", 600)); err != nil {
		t.Fatal(err)
	}
	line := sent.String()
	if !strings.HasPrefix(line, "SETDESC 100 %25%0D%0Anext%1B€€") || !strings.HasSuffix(line, "€\n") || strings.Count(line, "\n") != 1 {
		t.Errorf("%.60q…%q", line, line[len(line)-10:])
	}
	if len(line) > maxAssuan || len(line) < maxAssuan-3 || !utf8.ValidString(line) {
		t.Errorf("%d bytes", len(line))
	}
}
