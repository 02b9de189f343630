package passphrase

import (
	"os"
	"strings"
	"testing"

	"github.com/99designs/keyring"

	"github.com/awsbroker/awsbroker/internal/credential"
)

func TestIsTrivial(t *testing.T) {
	for _, p := range []string{
		"aaaaaaaaaaaa", "            ", "ääääääääääää", "abababababab", "abcabcabcabcd", "123456789012", "abcdefghijkl", "zyxwvutsrqpo", "987654321098",
		"qwertyuiop12", "qwertyuiopasdf", "asdfghjkl;zx", "1q2w3e4r5t6y", "1qaz2wsx3edc", "poiuytrewq12", "qwertzuiopü1", "azertyuiop12",
		"password1234", "Password1234", "P@ssw0rd!2026", "P@ssw0rdP@ssw0rd", "passwordpassword", "password-1234", "letmeinplease", "iloveyou1234",
		"Summer2026!!!", "welcome2026!!", "administrator", "adminadmin12", "changeme12345", "awsbroker2026", "hunter2hunter2", "correcthorsebatterystaple",
		"motdepasse123", "1111222233334444",
		"phoebebuffay", "PhoebeBuffay1!", "phoebe.buffay", "buffay-phoebe-1", "210987654321", "my210987654321", "laptop-of-phoebe",
	} {
		if !IsTrivial(credential.NewSecret(p), "phoebe.buffay", "210987654321", "laptop") {
			t.Errorf("%q is not found trivial", p)
		}
	}
	for _, p := range []string{
		"correct horse battery staple", "wrong horse battery", "tr0ub4dor&3xyz", "winter-is-coming soon", "x7Kq-92mZ-pL4w", "dünner Kaffee um acht",
		"thirteen owls", "kc8$vTq!2mZr", "the password is a lie", "phoebe sings smelly cat",
	} {
		if IsTrivial(credential.NewSecret(p), "phoebe.buffay", "210987654321", "") {
			t.Errorf("%q is found trivial", p)
		}
	}
}

// TestSeal: keyring itself opens what is sealed, and it costs what it is to cost.
func TestSeal(t *testing.T) {
	pass := credential.NewSecret("correct horse battery staple")
	token, err := Seal("item", []byte("text"), pass, Rounds)
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := RoundsOf(token); !ok || n != Rounds || n < 600_000 {
		t.Errorf("%d rounds, %v", n, ok)
	}
	dir := t.TempDir()
	ring, err := keyring.Open(keyring.Config{AllowedBackends: []keyring.BackendType{keyring.FileBackend}, FileDir: dir, FilePasswordFunc: keyring.FixedStringPrompt(pass.Reveal())})
	if err != nil {
		t.Fatal(err)
	}
	if err := ring.Set(keyring.Item{Key: "old", Data: []byte("x")}); err != nil { // where keyring has its files
		t.Fatal(err)
	}
	write(t, dir+"/item", token)
	if item, err := ring.Get("item"); err != nil || string(item.Data) != "text" || item.Key != "item" {
		t.Errorf("keyring reads %q, %v", item.Data, err)
	}
	if n, ok := RoundsOf(read(t, dir+"/old")); !ok || n != 8192 {
		t.Errorf("keyring's own file has %d rounds, %v", n, ok)
	}
	for _, damaged := range []string{"", "a.b.c.d.e", "....", strings.Replace(string(token), ".", "", 1), "e30." + strings.SplitN(string(token), ".", 2)[1]} {
		if _, ok := RoundsOf([]byte(damaged)); ok {
			t.Errorf("%.20q looks sealed", damaged)
		}
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
