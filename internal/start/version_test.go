package start

import "testing"

// TestDescribe: what Go 1.26 stamps into a build of this module, tried in a clone.
func TestDescribe(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"v0.9.0":                             "v0.9.0",
		"v0.9.0+dirty":                       "v0.9.0, modified",
		"v1.0.0-rc.1":                        "v1.0.0-rc.1",
		"v1.0.0-20261127":                    "v1.0.0-20261127",
		"v0.0.0-20261127172201-35c448705486": "commit 35c448705486 of 2026-11-27",
		"v0.9.1-0.20261127172201-35c448705486+dirty": "commit 35c448705486 of 2026-11-27, modified",
	} {
		if got := describe(version); got != want {
			t.Errorf("%s: %q, not %q", version, got, want)
		}
	}
}
