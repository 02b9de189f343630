package answers

import (
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzUnmarshal: changed bytes are no answer, or one that is written as it was read.
func FuzzUnmarshal(f *testing.F) {
	a := sample()
	data := a.Marshal()
	f.Add(data)
	f.Add(data[:len(data)-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var a, back Answer
		if !a.unmarshal(append([]byte(nil), data...)) {
			return
		}
		written := a.Marshal()
		if !back.unmarshal(written) {
			t.Fatalf("%q is read and %q is not", data, written)
		}
		for i := range a.Files { // their paths are made as long as each other
			if back.Files[i].Stamp != a.Files[i].Stamp || len(back.Files[i].Path) < len(a.Files[i].Path) {
				t.Errorf("file %+v comes back as %+v", a.Files[i], back.Files[i])
			}
			a.Files[i], back.Files[i] = File{}, File{}
		}
		if !reflect.DeepEqual(a, back) {
			t.Errorf("%+v comes back as %+v", a, back)
		}
	})
}

// FuzzAppendJSON: what is printed is one line that JSON readers read, if the texts need
// no escapes. Package session compares it with the encoder's before it keeps an answer.
func FuzzAppendJSON(f *testing.F) {
	f.Add("ASIAEXAMPLE", "secret", "token", "2026-11-24T13:00:00Z", "123456789012")
	f.Add(`"`, "<>&", "\u2028", "\xff", "")
	f.Fuzz(func(t *testing.T, id, secret, token, end, account string) {
		a := Answer{AccessKeyID: id, SecretAccessKey: secret, SessionToken: token, Expiration: end, AccountID: account}
		text, err := json.Marshal(struct {
			Version                                                int
			AccessKeyId, SecretAccessKey, SessionToken, Expiration string
			AccountId                                              string `json:",omitempty"`
		}{1, id, secret, token, end, account})
		if err != nil {
			t.Fatal(err)
		}
		plain := true
		for _, b := range []byte(id + secret + token + end + account) {
			plain = plain && b >= ' ' && b < 0x7f && b != '"' && b != '\\' && b != '<' && b != '>' && b != '&'
		}
		if same := string(a.AppendJSON(nil)) == string(text)+"\n"; plain && !same {
			t.Errorf("%s, want %s", a.AppendJSON(nil), text)
		}
	})
}
