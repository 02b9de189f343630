package main

import (
	"runtime"
	"testing"
)

// Who installed the program is told by where it is.
func TestRemoveProgram(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths of other systems")
	}
	for _, c := range []struct{ path, exists, want string }{
		{"/usr/bin/awsbroker", "/var/lib/dpkg/info/awsbroker.list", "sudo apt remove awsbroker"},
		{"/usr/bin/awsbroker", "", "the package manager that installed /usr/bin/awsbroker"},
		{"/opt/homebrew/Cellar/awsbroker/1.0/bin/awsbroker", "", "brew uninstall awsbroker"},
		{"/home/my home/.local/bin/awsbroker", "/home/my home/.local/share/man/man1/awsbroker.1", "make uninstall PREFIX='/home/my home/.local', where its source is"},
		{"/home/phoebe/go/bin/awsbroker", "", "delete /home/phoebe/go/bin/awsbroker"},
	} {
		if got := removeProgramAt(c.path, func(path string) bool { return path == c.exists }); got != c.want {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
	}
}
