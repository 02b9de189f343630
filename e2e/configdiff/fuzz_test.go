package configdiff

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/awsbroker/awsbroker/internal/config"
)

// FuzzReaders holds awsbroker to botocore on files that nobody thought of. Each way in
// which the two may differ has its rule in rules_test.go; what the Go SDK does by itself
// is looked at where it matters: where awsbroker is not with botocore.
func FuzzReaders(f *testing.F) {
	for _, p := range readCorpus(f) {
		f.Add(p.config, p.credentials)
	}
	dir, botocore := f.TempDir(), startReader(f, botocores(f)[0])
	f.Fuzz(func(t *testing.T, config, credentials string) {
		p := &pair{name: "fuzz", config: config, credentials: credentials}
		p.write(t, dir)
		found := compare(p, ours(p), botocore.read(t, p))
		explain(t, botocore.version, slices.DeleteFunc(found, func(d difference) bool { return d.who == "Go" && agree(d) }))
	})
}

var bareA = regexp.MustCompile(`(?m)^\s*\[a\]`)

// FuzzEditor sets up a profile in files that nobody thought of: for botocore the profile
// then is as it was set, and every other one as it was.
func FuzzEditor(f *testing.F) {
	for _, p := range readCorpus(f) {
		f.Add(p.config, "größe")
	}
	dir, botocore := f.TempDir(), startReader(f, botocores(f)[0])
	remove := []string{"role_arn", "s3"}
	f.Fuzz(func(t *testing.T, text, value string) {
		set := []config.Setting{{Key: "region", Value: "eu-south-2"}, {Key: "credential_process", Value: "/bin/x " + value}, {Key: "awsbroker_key", Value: value}}
		after, err := config.SetProfile([]byte(text), "a", set, remove)
		if err != nil {
			return
		}
		before, edited := &pair{name: "before", config: text}, &pair{name: "edited", config: string(after)}
		before.write(t, dir)
		edited.write(t, dir)
		was, is := botocore.read(t, before), botocore.read(t, edited)
		if was.refused != "" || is.refused != "" {
			t.Fatalf("refused: %s, and edited: %s\n%q\n%q", was.refused, is.refused, text, after)
		}
		want := map[string]map[string]*string{}
		for name, p := range was.profiles {
			want[name] = p.raw
		}
		if want["a"] == nil { // it was not there, or a header [a], which becomes [profile a]
			want["a"] = map[string]*string{}
			for key, v := range is.profiles["a"].raw {
				if bareA.MatchString(text) {
					want["a"][key] = v
				}
			}
		}
		maps.DeleteFunc(want["a"], func(key string, _ *string) bool { return slices.Contains(remove, key) })
		for _, s := range set {
			want["a"][s.Key] = &s.Value
		}
		got := map[string]map[string]*string{}
		for name, p := range is.profiles {
			got[name] = p.raw
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("profiles are %v\nwant %v\n%q\n%q", got, want, text, after)
		}
	})
}
