package session

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func testCache(t *testing.T) *Cache {
	t.Helper()
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		t.Fatal(err)
	}
	c, err := New(t.TempDir(), key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *Cache) files(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(c.dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCachePutGet(t *testing.T) {
	c := testCache(t)
	one := testSession("ASIAONE", noon.Add(time.Hour))
	if err := c.Put("key one", one); err != nil {
		t.Fatal(err)
	}
	if got, ok := c.Get("key one", noon); !ok || got != one {
		t.Errorf("got %+v, %v", got, ok)
	}
	if _, ok := c.Get("key two", noon); ok {
		t.Error("another key finds the session")
	}
	if _, ok := c.Get("key one", one.Expiration.Add(-lastMoment)); ok {
		t.Error("an ended session is returned")
	}
	two := testSession("ASIATWO", noon.Add(2*time.Hour))
	if err := c.Put("key one", two); err != nil {
		t.Fatal(err)
	}
	if got, _ := c.Get("key one", noon); got != two {
		t.Errorf("not replaced: %+v", got)
	}
	if n := len(c.files(t)); n != 1 {
		t.Errorf("%d files for one session", n)
	}
	if err := errors.Join(c.Forget("key one"), c.Forget("key one")); err != nil {
		t.Errorf("forgetting twice: %v", err)
	}
	if _, ok := c.Get("key one", noon); ok {
		t.Error("a forgotten session is returned")
	}
}

// What rests on disk shows neither the session nor what it is for.
func TestCacheIsSealed(t *testing.T) {
	c := testCache(t)
	if err := c.Put("arn:aws:iam::123456789012:role/admin-mfa", testSession("ASIACANARY", noon.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	if err := c.UseCode("arn:aws:iam::123456789012:mfa/phoebe", "123456", time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, path := range c.files(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"canary", "CANARY", "123456", "admin-mfa", "phoebe", "Secret"} {
			if bytes.Contains(data, []byte(bad)) || strings.Contains(path, bad) {
				t.Errorf("%q is to be seen in %s", bad, filepath.Base(path))
			}
		}
		if info, _ := os.Stat(path); privateModes && info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
	}
}

// A file that is not whole, of another key, another format or another name
// is a miss and nothing worse.
func TestSpoiledFilesAreMisses(t *testing.T) {
	spoil := map[string]func([]byte) []byte{
		"empty":          func([]byte) []byte { return nil },
		"cut":            func(b []byte) []byte { return b[:len(b)-1] },
		"short":          func(b []byte) []byte { return b[:5] },
		"longer":         func(b []byte) []byte { return append(b, 0) },
		"a bit flipped":  func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"another format": func(b []byte) []byte { b[0]++; return b },
		"foreign":        func([]byte) []byte { return []byte(`{"ID":"ASIAEVIL"}`) },
	}
	for name, f := range spoil {
		c := testCache(t)
		if err := c.Put("key", testSession("ASIAONE", noon.Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		path := c.files(t)[0]
		data, _ := os.ReadFile(path)
		if err := os.WriteFile(path, f(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Get("key", noon); ok {
			t.Errorf("%s: returned", name)
		}
	}
	t.Run("another name", func(t *testing.T) {
		c := testCache(t)
		if err := c.Put("mine", testSession("ASIAONE", noon.Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		from := filepath.Join(c.dir, c.seal.name(kindSession, "mine")+sealedSuffix)
		to := filepath.Join(c.dir, c.seal.name(kindSession, "other")+sealedSuffix)
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Get("other", noon); ok {
			t.Error("a session is served under another name")
		}
	})
	t.Run("another key", func(t *testing.T) {
		c := testCache(t)
		if err := c.Put("key", testSession("ASIAONE", noon.Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		other, err := New(c.dir, make([]byte, keySize))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := other.Get("key", noon); ok {
			t.Error("opened with another key")
		}
	})
}

func TestNilCacheIsAMissAndNoCrash(t *testing.T) {
	var c *Cache
	now := time.Now()
	if _, ok := c.Get("k", now); ok {
		t.Error("hit")
	}
	if _, ok := c.Failure("k"); ok || c.CodeUsed("d", "123456", now) || c.Declined("k", Session{}, now) {
		t.Error("remembers")
	}
	if c.Put("k", testSession("A", now.Add(time.Hour))) == nil || c.UseCode("d", "123456", now) == nil {
		t.Error("a write that went nowhere is reported as done")
	}
	if err := errors.Join(c.Forget("k"), c.KeepCode("d", "1", now)); err != nil {
		t.Error(err)
	}
	c.Sweep(now)
}

func TestSweepRemovesWhatEnded(t *testing.T) {
	c := testCache(t)
	for _, put := range []struct {
		key  string
		ends time.Time
	}{{"over", noon.Add(-time.Second)}, {"alive", noon.Add(2 * time.Second)}} {
		if err := c.Put(put.key, testSession("ASIA", put.ends)); err != nil {
			t.Fatal(err)
		}
	}
	stray := filepath.Join(c.dir, tempPrefix+"1")
	foreign := filepath.Join(c.dir, "somebody-elses")
	for _, path := range []string{stray, foreign} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, noon.Add(-2*time.Hour), noon.Add(-2*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	c.Sweep(noon)
	if _, ok := c.Get("alive", noon); !ok {
		t.Error("a living session was swept away")
	}
	left := c.files(t)
	if len(left) != 2 {
		t.Errorf("left: %v", left)
	}
	if _, err := os.Stat(stray); err == nil {
		t.Error("the file of a killed writer is still there")
	}
}

func TestForgetSubject(t *testing.T) {
	c := testCache(t)
	for key, subject := range map[string]string{"eu": "admin", "us": "admin", "other": "reader"} {
		s := testSession("ASIA", noon.Add(time.Hour))
		s.Subject = subject
		if err := c.Put(key, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.UseCode("phone", "123456", time.Now()); err != nil {
		t.Fatal(err)
	}
	if n, err := c.ForgetSubject("admin"); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, ok := c.Get("eu", noon); ok {
		t.Error("a session is left")
	}
	if _, ok := c.Get("other", noon); !ok {
		t.Error("another subject's session is gone")
	}
	if !c.CodeUsed("phone", "123456", time.Now()) {
		t.Error("the used codes are gone")
	}
}

func TestUsedCodes(t *testing.T) {
	c := testCache(t)
	if err := c.UseCode("phone", "123456", noon); err != nil {
		t.Fatal(err)
	}
	if err := c.UseCode("phone", "654321", noon.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"123456", "654321"} {
		if !c.CodeUsed("phone", code, noon.Add(30*time.Second)) {
			t.Errorf("%s is not remembered", code)
		}
	}
	if c.CodeUsed("token", "123456", noon) || c.CodeUsed("phone", "111111", noon) {
		t.Error("another device or code counts as used")
	}
	if c.CodeUsed("phone", "123456", noon.Add(codeLife)) {
		t.Error("remembered for ever")
	}
	if got := c.LastCode("phone", noon.Add(2*time.Second)); !got.Equal(noon.Add(time.Second)) {
		t.Errorf("LastCode = %v", got)
	}
	if err := c.KeepCode("phone", "654321", noon); err != nil {
		t.Fatal(err)
	}
	if c.CodeUsed("phone", "654321", noon) || !c.CodeUsed("phone", "123456", noon) {
		t.Error("KeepCode took back the wrong one")
	}
}

func TestFailureApplies(t *testing.T) {
	f := Failure{Ended: noon, Job: 7}
	for _, tt := range []struct {
		name       string
		job        int
		since, now time.Time
		want       bool
	}{
		{"waited for it", 8, noon.Add(-time.Second), noon.Add(30 * time.Second), true},
		{"same job, at once", 7, noon.Add(time.Second), noon.Add(time.Second), true},
		{"same job, later", 7, noon.Add(6 * time.Second), noon.Add(6 * time.Second), false},
		{"from the future", 7, noon.Add(-time.Hour), noon.Add(-time.Minute), false},
		{"long ago", 8, noon.Add(-time.Second), noon.Add(2 * time.Minute), false},
		{"new job", 8, noon.Add(time.Second), noon.Add(time.Second), false},
		{"the clock was set back", 7, noon.Add(time.Second), noon.Add(-time.Hour), false},
	} {
		if got := f.Applies(tt.job, tt.since, tt.now); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestDeclined(t *testing.T) {
	c := testCache(t)
	now := time.Now().UTC().Truncate(time.Second)
	s := testSession("ASIA", now.Add(time.Hour))
	if err := c.Decline("key", s, now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if !c.Declined("key", s, now) || c.Declined("key", s, now.Add(time.Minute)) {
		t.Error("declined for the wrong time")
	}
	if c.Declined("key", testSession("ASIA", now.Add(2*time.Hour)), now) {
		t.Error("another session counts as declined")
	}
}

func TestFailureIsForgottenBySuccess(t *testing.T) {
	c := testCache(t)
	now := time.Now()
	if err := c.Failed("key", Failure{Ended: now, Message: "no"}); err != nil {
		t.Fatal(err)
	}
	if f, ok := c.Failure("key"); !ok || f.Message != "no" {
		t.Fatalf("%+v, %v", f, ok)
	}
	old := testSession("ASIAOLD", now.Add(time.Hour))
	if err := errors.Join(c.Decline("key", old, old.Expiration), c.Put("key", testSession("ASIANEW", now.Add(2*time.Hour)))); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Failure("key"); ok || c.Declined("key", old, now) {
		t.Error("still there after a new session")
	}
}
