package dotfile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// leftSecret is the secret of AWS's examples.
const leftSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

func TestRemoveLeftovers(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "credentials")
	for name, text := range map[string]string{
		"credentials": "x", ".credentials.awsbroker-1": leftSecret, ".credentials.awsbroker-2": "other",
		".config.awsbroker-1": leftSecret, "credentials.bak": leftSecret,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	secret := credential.NewSecret(leftSecret)
	if err := RemoveLeftovers(path, secret); err != nil {
		t.Fatal(err)
	}
	var names []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{".config.awsbroker-1", ".credentials.awsbroker-2", "credentials", "credentials.bak"}; !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
	backup := path + ".awsbroker-backup"
	if err := os.WriteFile(backup, []byte(leftSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := RemoveLeftovers(path, secret); err == nil || !strings.Contains(err.Error(), filepath.Base(backup)) || strings.Contains(err.Error(), leftSecret) {
		t.Errorf("the backup: %v", err)
	}
}
