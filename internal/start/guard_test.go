package start

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWantsBus(t *testing.T) {
	const file, secret = "file", "secret-service"
	for _, c := range []struct {
		line, env, pin string
		want           bool
	}{
		{"awsbroker", "", secret, false},
		{"awsbroker help exec", "", secret, false},
		{"awsbroker --help", "", secret, false},
		{"awsbroker -h", "", secret, false},
		{"awsbroker exec -h", "", secret, false},
		{"awsbroker --profile p login --help", "", secret, false},
		{"awsbroker --version", "", secret, false},
		{"awsbroker version", "", secret, false},
		{"awsbroker completion bash", "", secret, false},
		{"awsbroker __complete exec --profile x", "", secret, false},
		{"awsbroker list --json", "", secret, false},
		{"awsbroker --region us-east-1 list", secret, "", false},
		{"awsbroker --debug man", "", secret, false},

		{"awsbroker credential-process --profile p", "", secret, true},
		{"awsbroker credential-process --profile p", "", file, false},
		{"awsbroker credential-process --profile p", "", "", false},
		{"awsbroker credential-process --profile p", secret, "", true},
		{"awsbroker credential-process --profile p", file, secret, false},
		{"awsbroker --keystore file login", secret, secret, false},
		{"awsbroker --keystore=file login", secret, secret, false},
		{"awsbroker --keystore secret-service login", file, file, true},
		{"awsbroker login --keystore=secret-service", file, file, true},
		{"awsbroker login --keystore", "", secret, true},
		{"awsbroker --profile list login", "", secret, true},
		{"awsbroker --profile=list login", "", secret, true},
		{"awsbroker no-such-command", "", secret, true},

		{"awsbroker exec -- aws --help", "", secret, true},
		{"awsbroker exec aws --help", "", secret, true},
		{"awsbroker exec --min-ttl 45m -- aws --keystore file", "", secret, true},
		{"awsbroker exec -- x --keystore secret-service", "", file, false},

		{"awsbroker add phoebe", "", "", true},
		{"awsbroker add phoebe --keystore file", "", "", false},
		{"awsbroker add phoebe", "", file, false},
		{"awsbroker add phoebe", "", secret, true},
		{"awsbroker bootstrap", "", "", true},
		{"awsbroker remove phoebe", "", "", true},
		{"awsbroker -p x add phoebe", "", "", true},
		{"awsbroker explain", "", secret, true},
		{"awsbroker explain", "", file, false},
		{"awsbroker ls", "", secret, false},
		{"awsbroker doctor", "", file, true},
		{"awsbroker add phoebe --from-env", "", file, false},
		{"awsbroker add --from-aws-vault phoebe", "", file, true},
		{"awsbroker add --keystore file --from-aws-vault=phoebe", "", "", true},
	} {
		if got := wantsBus(strings.Fields(c.line), c.env, func() string { return c.pin }); got != c.want {
			t.Errorf("%s (env %q, pinned %q): %v, want %v", c.line, c.env, c.pin, got, c.want)
		}
	}
}

func TestPinnedKeystore(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", dir)
	if got := pinnedKeystore(); got != "" {
		t.Errorf("no file: %q", got)
	}
	if err := os.Mkdir(filepath.Join(dir, "awsbroker"), 0o700); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`{"version":1,"keystore":"secret-service","keys":{"a":{"access_key_id":"AKIA"}}}`: "secret-service",
		`{"version":1,"keystore":"file","keys":{"a":{}}}`:                                 "file",
		`{"version":1,"keystore":"file","keys":{}}`:                                       "",
		`{"version":1,"keystore":"file"}`:                                                 "",
		`{"version":1,`:                                                                   "",
		``:                                                                                "",
	} {
		if err := os.WriteFile(filepath.Join(dir, "awsbroker", "keystore.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := pinnedKeystore(); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
