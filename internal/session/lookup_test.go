package session

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/answers"
	"github.com/awsbroker/awsbroker/internal/paths"
)

// world is a person's files, old enough for their stamps to be trusted.
func world(t *testing.T) paths.Paths {
	t.Helper()
	dir := t.TempDir()
	p := paths.Paths{Config: filepath.Join(dir, "config"), Credentials: filepath.Join(dir, "credentials"), State: dir}
	write(t, p.Config, "[profile a]\n")
	write(t, p.KeystoreFile(), "{}")
	for _, v := range answers.Inputs {
		t.Setenv(v, "")
	}
	return p
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

var known = Known{RoleARN: "arn:aws:iam::123456789012:role/admin-mfa", LogOff: true}

// remembered is a cache in which the call for profile a has an answer. The
// call's files are declared to be settled: nothing can make a ctime old.
func remembered(t *testing.T, p paths.Paths) *Cache {
	t.Helper()
	c := testCache(t)
	s := testSession("ASIAONE", time.Now().Add(time.Hour))
	call := NewCall("a", p)
	call.taken = time.Now().Add(time.Minute)
	if err := c.Put("cache key", s); err != nil {
		t.Fatal(err)
	}
	if err := c.Remember(call, "cache key", 5*time.Minute, s.Expiration, known); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := c.Lookup(NewCall("a", p), time.Now()); !ok {
		t.Fatal("a remembered call is not found")
	}
	return c
}

func TestLookupNeedsEnoughLife(t *testing.T) {
	p := world(t)
	c := remembered(t, p)
	if _, got, ok := c.Lookup(NewCall("a", p), time.Now().Add(54*time.Minute)); !ok || got != known {
		t.Error("6 minutes are enough")
	}
	if _, _, ok := c.Lookup(NewCall("a", p), time.Now().Add(56*time.Minute)); ok {
		t.Error("4 minutes are not enough")
	}
}

func TestLookupMissesWhatChanged(t *testing.T) {
	for name, change := range map[string]func(*testing.T, *paths.Paths){
		"config, same size": func(t *testing.T, p *paths.Paths) { write(t, p.Config, "[profile b]\n") },
		"config replaced by a copy": func(t *testing.T, p *paths.Paths) {
			write(t, p.Config+"2", "[profile a]\n")
			if err := os.Rename(p.Config+"2", p.Config); err != nil {
				t.Fatal(err)
			}
		},
		"config removed":       func(t *testing.T, p *paths.Paths) { os.Remove(p.Config) },
		"credentials appeared": func(t *testing.T, p *paths.Paths) { write(t, p.Credentials, "") },
		"key added":            func(t *testing.T, p *paths.Paths) { write(t, p.KeystoreFile(), "[]") },
		"next generation": func(t *testing.T, p *paths.Paths) {
			if err := NextGeneration(*p); err != nil {
				t.Fatal(err)
			}
		},
		"other config file": func(t *testing.T, p *paths.Paths) { p.Config += "2" },
		"other region":      func(t *testing.T, _ *paths.Paths) { t.Setenv("AWS_REGION", "eu-west-1") },
		"other endpoint":    func(t *testing.T, _ *paths.Paths) { t.Setenv("AWS_ENDPOINT_URL_STS", "https://sts.example") },
		"other keystore":    func(t *testing.T, _ *paths.Paths) { t.Setenv("AWSBROKER_KEYSTORE", "file") },
	} {
		t.Run(name, func(t *testing.T) {
			p := world(t)
			c := remembered(t, p)
			change(t, &p)
			if _, _, ok := c.Lookup(NewCall("a", p), time.Now()); ok {
				t.Error("still answered as before")
			}
		})
	}
	t.Run("other profile", func(t *testing.T) {
		p := world(t)
		if _, _, ok := remembered(t, p).Lookup(NewCall("b", p), time.Now()); ok {
			t.Error("answered for another profile")
		}
	})
	t.Run("forgotten session", func(t *testing.T) {
		p := world(t)
		c := remembered(t, p)
		if err := c.Forget("cache key"); err != nil {
			t.Fatal(err)
		}
		if _, _, ok := c.Lookup(NewCall("a", p), time.Now()); ok {
			t.Error("answered with a session that is gone")
		}
	})
}

// A stamp that was taken moments after an edit may be the stamp of the next
// edit, too.
func TestFreshFilesAreNotRemembered(t *testing.T) {
	p := world(t)
	c := testCache(t)
	s := testSession("ASIAONE", time.Now().Add(time.Hour))
	if err := c.Put("cache key", s); err != nil {
		t.Fatal(err)
	}
	if err := c.Remember(NewCall("a", p), "cache key", 0, s.Expiration, known); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := c.Lookup(NewCall("a", p), time.Now()); ok {
		t.Error("a call on files that changed just now was remembered")
	}
}

func TestCacheKeyHasNoTwins(t *testing.T) {
	lists := [][]string{{"a", "b"}, {"ab"}, {"a", "", "b"}, {"", "a", "b"}, {"a:b"}, {"1:a", "b"}, {"a", "1:b"}, {}}
	seen := map[string]int{}
	for i, l := range lists {
		key := CacheKey(l...)
		if j, twice := seen[key]; twice {
			t.Errorf("%q and %q share %q", lists[j], l, key)
		}
		seen[key] = i
	}
}
