package caller

import "testing"

func TestShellThatOnlyStartedUsIsNotTheCaller(t *testing.T) {
	for args, want := range map[string]bool{
		"sh\x00-c\x00awsbroker credential-process\x00": true,
		"/bin/sh\x00-c\x00x\x00":                       true,
		"-bash\x00":                                    false,
		"sh\x00deploy.sh\x00":                          false,
		"sh\x00-cx\x00":                                false,
		"sh\x00deploy.sh\x00-c\x00x\x00":               false,
		"":                                             false,
	} {
		if got := isCommandLine([]byte(args)); got != want {
			t.Errorf("%q: %v", args, got)
		}
	}
}
