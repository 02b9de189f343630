package main

import (
	"runtime/debug"
	"strings"
	"testing"
)

// stamped is a program with what Go stamps into one.
func stamped(version, revision, modified string) program {
	info := &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: modified}, {Key: "vcs.time", Value: "2026-11-27T19:31:35Z"},
	}}
	return program{OS: "linux", Arch: "amd64", path: "bin/linux_amd64/awsbroker", info: info}
}

func TestRelease(t *testing.T) {
	for tag, want := range map[string]string{
		"v1.2.3":                               "1.2.3",
		"v1.2.3-rc.1":                          "1.2.3-rc.1",
		"v0.0.0-20261127193135-35c448705486":   "0.0.0-pre20261127193135",
		"v0.9.1-0.20261127193135-35c448705486": "0.9.1-pre20261127193135",
	} {
		r, err := newRelease([]program{stamped(tag, "35c448705486", "false")})
		if err != nil || r.Version != want {
			t.Errorf("%s: %q, not %q, or %v", tag, r.Version, want, err)
		}
	}
}

// TestReleaseRefused: nobody could build the same again.
func TestReleaseRefused(t *testing.T) {
	for want, programs := range map[string][]program{
		"run: make dist": nil,
		"worktree":       {stamped("(devel)", "", "")},
		"commit them":    {stamped("v1.0.0+dirty", "35c448705486", "true")},
		"two commits":    {stamped("v1.0.0", "35c448705486", "false"), stamped("v1.1.0", "45c448705486", "false")},
	} {
		if _, err := newRelease(programs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
