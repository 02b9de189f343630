//go:build !windows

package config

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReadPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	var parse *ParseError
	if _, err := Load(path, ""); !errors.As(err, &parse) {
		t.Errorf("got %v", err)
	}
}

// TestNotUTF8 is refused where botocore would refuse it.
func TestNotUTF8(t *testing.T) {
	for _, text := range []string{"# Gr\xfc\xdfe\n[default]\n", "[default]\nregion = x\n\xff"} {
		if _, err := Parse("config", []byte(text), "credentials", nil); err == nil || !strings.Contains(err.Error(), "not UTF-8") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
