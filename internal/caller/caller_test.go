package caller

import "testing"

func TestShellThatOnlyStartedUsIsNotTheCaller(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want bool
	}{
		{"sh", []string{"sh", "-c", "awsbroker credential-process"}, true},
		{"dash", []string{"/bin/sh", "-c", "x"}, true},
		{"cmd.exe", []string{"cmd.exe", "/C", "x"}, true},
		{"bash", []string{"-bash"}, false},
		{"sh", []string{"sh", "deploy.sh"}, false},
		{"aws", []string{"python3", "-c", "x"}, false},
	} {
		if got := isShell(tt.name) && onlyStarts(tt.args); got != tt.want {
			t.Errorf("%s %q: %v", tt.name, tt.args, got)
		}
	}
}
