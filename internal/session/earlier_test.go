package session

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReadsSessionsOfEarlier: a session that an earlier build sealed opens, and what else
// it left opens as what it is. TestWriteEarlier in package acceptance made the files.
func TestReadsSessionsOfEarlier(t *testing.T) {
	for _, build := range []string{"dd4a8c0", "27549d1"} {
		c := earlierCache(t, filepath.Join("testdata", build))
		found := map[kind]int{}
		for _, path := range c.files(t) {
			name, sealed := strings.CutSuffix(filepath.Base(path), sealedSuffix)
			if !sealed {
				continue
			}
			for _, k := range []kind{kindSession, kindLookup, kindFailure, kindDeclined, kindCodes} {
				data, ok := c.readNamed(k, name)
				if !ok {
					continue
				}
				found[k]++
				if k != kindSession {
					continue
				}
				s, err := unmarshal(data)
				if err != nil || !s.IsWellFormed() || s.AccountID != "123456789012" || s.Expiration.Sub(s.Issued).Round(time.Minute) != time.Hour || s.Subject == "" {
					t.Errorf("%s: %+v, %v", build, s, err)
				}
				if _, err := s.Answer(); err != nil {
					t.Errorf("%s: %v", build, err)
				}
			}
		}
		if found[kindSession] != 1 || found[kindCodes] != 1 || found[kindLookup] != 1 {
			t.Errorf("%s has %v", build, found)
		}
	}
}

// earlierCache is a cache with the files that are in a directory as text.
func earlierCache(t *testing.T, from string) *Cache {
	t.Helper()
	dir, key := t.TempDir(), []byte(nil)
	paths, err := filepath.Glob(from + "/*.hex")
	if err != nil || len(paths) < 4 {
		t.Fatalf("%q, %v", paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".hex")
		if name == "key" {
			key = data
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := New(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestNewerFilesAreMisses: a file of another version is no session, and none of this one's.
func TestNewerFilesAreMisses(t *testing.T) {
	c := testCache(t)
	if err := c.Put("key", testSession("ASIAONE", noon.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	path := c.files(t)[0]
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[0] = formatVersion + 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, ok := c.Get("key", noon); ok {
		t.Errorf("%+v", s)
	}
}
