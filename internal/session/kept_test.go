package session

import (
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
)

func TestKept(t *testing.T) {
	dir := t.TempDir()
	k, other := Kept{Of: dir, Cache: dir}, Kept{Of: dir + "/other", Cache: dir}
	t.Cleanup(func() { _ = k.Forget() })
	secret := credential.NewSecret("correct horse battery staple")
	now := time.Now()
	if err := k.Put(secret, now.Add(time.Hour)); err != nil {
		t.Skip("the system keeps nothing here: ", err)
	}
	wants := func(at time.Time, want bool) {
		t.Helper()
		got, until, ok := k.Get(at)
		if ok != want || ok && (got != secret || until.Unix() != now.Add(time.Hour).Unix()) {
			t.Errorf("it is there: %v until %s, want %v", ok, until, want)
		}
	}
	wants(now, true)
	if _, _, ok := other.Get(now); ok {
		t.Error("another one is there")
	}
	if err := other.Forget(); err != nil {
		t.Errorf("forgetting what is not there: %v", err)
	}
	wants(now.Add(59*time.Minute), true)
	wants(now.Add(time.Hour), false)
	wants(now, false) // gone for good
	if err := k.Put(secret, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := k.Forget(); err != nil {
		t.Fatal(err)
	}
	wants(now, false)
	newer := append([]byte{keptVersion + 1, 0, 0, 0, 0xff, 0, 0, 0}, "correct horse battery staple"...)
	if err := k.write(newer, time.Hour); err != nil {
		t.Fatal(err)
	}
	wants(now, false) // another version keeps it in a way of its own
	if k.Put(credential.NewSecret(strings.Repeat("x", mostKept)), now.Add(time.Hour)) == nil {
		t.Error("more was kept than is read again")
	}
}
