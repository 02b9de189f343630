package csvkeys

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse: whatever a file holds, a row is a whole key of one of its lines, and what is
// shown of the others is no secret.
func FuzzParse(f *testing.F) {
	f.Add([]byte(old + "phoebe,\"p,w\"," + id + "," + secret + ",\n"))
	f.Add([]byte("AWSAccessKeyId=" + id + "\nAWSSecretKey=" + secret))
	f.Add([]byte("a\n" + secret + " " + secret2 + " " + id + "\nuser name,access key id,secret access key\n" + id + "," + secret))
	f.Add([]byte(sixteen(old)))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		text, _ := decodeText(data)
		lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
		for _, r := range file.Rows {
			secret := r.SecretAccessKey.Reveal()
			if err != nil || !keyID().MatchString(r.AccessKeyID) || len(secret) < 16 || r.Line < 1 || r.Line > len(lines) {
				t.Fatalf("%+v %v", r, err)
			}
			if line := lines[r.Line-1]; !strings.Contains(line, r.AccessKeyID) || !r.Root && !strings.Contains(line, secret) {
				t.Errorf("the key %s %s is not one of line %d: %q", r.AccessKeyID, secret, r.Line, line)
			}
		}
		for _, s := range file.Skipped {
			if s.Line < 1 || s.Line > len(lines) || s.User != "" && !strings.Contains(lines[s.Line-1], strings.SplitN(s.User, `"`, 2)[0]) {
				t.Errorf("%+v is not about its line", s)
			}
		}
	})
}

// FuzzConsoleFile: what the console and spreadsheets write comes back, whatever people
// are called and however their passwords look.
func FuzzConsoleFile(f *testing.F) {
	f.Add("phoebe", `p,w"x`, "O5FODNN7EXAMPLE1", "+/=", uint8(0))
	f.Add("größe @", "", "", "", uint8(7))
	f.Add("a;b\tc", "pw;1", "A", "/", uint8(2))
	f.Fuzz(func(t *testing.T, user, password, idEnd, secretEnd string, layout uint8) {
		id, secret := "AKIA"+fill(idEnd, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16), fill(secretEnd, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 40)
		if !utf8.ValidString(user) || !utf8.ValidString(password) || strings.ContainsAny(user+password, "\r\n\x00") || user != strings.TrimSpace(user) {
			return
		}
		var text strings.Builder
		w := csv.NewWriter(&text)
		w.UseCRLF = layout&1 > 0
		// Without a comma in a line it is a spreadsheet's, with any other separator.
		if layout&2 > 0 && !strings.Contains(user+password, ",") {
			w.Comma = ';'
		}
		for _, line := range [][]string{{"User name", "Password", "Access key ID", "Secret access key"}, {user, password, id, secret}} {
			if layout&4 > 0 {
				slices.Reverse(line)
			}
			if err := w.Write(line); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		for _, data := range []string{text.String(), "\xef\xbb\xbf" + text.String(), string(sixteen(text.String()))} {
			file, err := Parse([]byte(data))
			if err != nil || len(file.Rows) != 1 || len(file.Skipped) > 0 {
				t.Fatalf("%+v %v of %q", file, err, data)
			}
			r := file.Rows[0]
			if r.AccessKeyID != id || r.SecretAccessKey.Reveal() != secret || r.User != user || file.Passwords != (strings.TrimSpace(password) != "") {
				t.Errorf("%+v with the secret %s of %q", r, r.SecretAccessKey.Reveal(), data)
			}
		}
	})
}

// fill makes n characters of an alphabet, which begin as text does.
func fill(text, alphabet string, n int) string {
	out := []byte(strings.Repeat(alphabet[:1], n))
	for i := range min(n, len(text)) {
		out[i] = alphabet[int(text[i])%len(alphabet)]
	}
	return string(out)
}
