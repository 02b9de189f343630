package configdiff

import (
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/config"
)

const corpus = "../../internal/config/testdata/corpus"

// TestCorpus holds every file to exactly the rules that corpusRules grants it.
func TestCorpus(t *testing.T) {
	pairs := readCorpus(t)
	used := map[string]bool{}
	found := map[string][]string{} // file to rules, whatever the version
	for _, python := range botocores(t) {
		version, readings := botocore(t, python, pairs)
		t.Logf("%s: botocore %s, %d files", python, version, len(pairs))
		for i, p := range pairs {
			for _, name := range explain(t, version, compare(p, ours(p), readings[i])) {
				used[name] = true
				if !slices.Contains(found[p.name], name) {
					found[p.name] = append(found[p.name], name)
				}
			}
			if got := readings[i].refused != ""; got != strings.HasPrefix(p.name, "bad-") && !strings.HasPrefix(p.name, "credentials-") {
				t.Errorf("%s: botocore %s refuses the file: %v (%s), and its name says otherwise", p.name, version, got, readings[i].refused)
			}
		}
	}
	for _, p := range pairs {
		got := found[p.name]
		slices.Sort(got)
		if want := corpusRules[p.name]; strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("%s: differs by %q, and corpusRules says %q", p.name, got, want)
		}
	}
	for name := range corpusRules {
		if !slices.ContainsFunc(pairs, func(p *pair) bool { return p.name == name }) {
			t.Errorf("corpusRules has %s, which is not in the corpus", name)
		}
	}
	for _, r := range rules {
		if !used[r.name] {
			t.Errorf("no file of the corpus needs the rule %q", r.name)
		}
	}
}

func readCorpus(t testing.TB) []*pair {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(corpus, "*.config"))
	if err != nil || len(paths) < 100 {
		t.Fatalf("the corpus is not at %s: %d files, %v", corpus, len(paths), err)
	}
	dir := t.TempDir()
	var pairs []*pair
	for _, path := range paths {
		p := &pair{name: strings.TrimSuffix(filepath.Base(path), ".config")}
		for file, text := range map[string]*string{path: &p.config, strings.TrimSuffix(path, ".config") + ".credentials": &p.credentials} {
			bytes, err := os.ReadFile(file)
			if err != nil && !(os.IsNotExist(err) && file != path) {
				t.Fatal(err)
			}
			*text = string(bytes)
		}
		p.write(t, dir)
		pairs = append(pairs, p)
	}
	return pairs
}

// TestEdits sets up a profile in every legal file of the corpus and in
// made-up ones: for botocore the profile then is as it was set, and every
// other one as it was.
func TestEdits(t *testing.T) {
	before := readCorpus(t)
	dir := t.TempDir()
	for i := range 100 {
		m := maker{rand.New(rand.NewSource(int64(i)))}
		p := &pair{name: fmt.Sprintf("edited-%d", i), config: m.file(true)}
		p.write(t, dir)
		before = append(before, p)
	}
	set := []config.Setting{
		{Key: "region", Value: "eu-south-2"},
		{Key: "credential_process", Value: "/usr/local/bin/awsbroker credential-process --profile PROFILE"},
		{Key: "awsbroker_key", Value: "größe"},
	}
	remove := []string{"role_arn", "source_profile", "mfa_serial", "s3"}
	var pairs []*pair
	var edited []string
	var from []int // the file that was edited
	dir = t.TempDir()
	for i, p := range before {
		p.credentials, p.credentialsPath = "", ""
		for _, profile := range []string{"a", "new-one", "default"} {
			after, err := config.SetProfile([]byte(p.config), profile, set, remove)
			if err != nil {
				continue // TestCorpusEdits of internal/config says which may be refused
			}
			q := &pair{name: p.name + "-" + profile, config: string(after)}
			q.write(t, dir)
			pairs, edited, from = append(pairs, q), append(edited, profile), append(from, i)
		}
	}
	if len(pairs) < 400 {
		t.Errorf("only %d edits", len(pairs))
	}
	for _, python := range botocores(t) {
		version, readings := botocore(t, python, append(slices.Clone(before), pairs...))
		for i, q := range pairs {
			was, old, now := before[from[i]].config, readings[from[i]], readings[len(before)+i]
			if now.refused != "" {
				t.Errorf("%s: botocore %s refuses it: %s\n%q\n%q", q.name, version, now.refused, was, q.config)
				continue
			}
			for name, p := range old.profiles {
				if name != edited[i] && !reflect.DeepEqual(p.raw, now.profiles[name].raw) {
					t.Errorf("%s: profile %s has changed\n%q\n%q", q.name, name, was, q.config)
				}
			}
			want := map[string]string{}
			if p := old.profiles[edited[i]]; p != nil {
				for key, v := range p.raw {
					want[key] = text(v)
				}
			}
			for _, key := range remove {
				delete(want, key)
			}
			for _, s := range set {
				want[s.Key] = s.Value
			}
			got := map[string]string{}
			for key, v := range now.profiles[edited[i]].raw {
				got[key] = text(v)
			}
			if !maps.Equal(got, want) {
				t.Errorf("%s: profile %s is %v, want %v\n%q\n%q", q.name, edited[i], got, want, was, q.config)
			}
		}
		t.Logf("botocore %s: %d edits", version, len(pairs))
	}
}
