//go:build !windows

package machine

import (
	"os"
	"path/filepath"
)

// Path is that of a file of the machine.
func (m *Machine) Path(name string) string { return filepath.Join(m.Dir, name) }

// Install makes a program reachable for the person: the directory that it was
// built in is not.
func (m *Machine) Install(from, to string) {
	m.T.Helper()
	if os.Link(from, to) == nil {
		return
	}
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o755)
	}
	m.check(err)
}

// Mkdir makes a directory of the person's, with those above it.
func (m *Machine) Mkdir(path string, mode os.FileMode) {
	m.T.Helper()
	m.check(os.MkdirAll(path, mode))
	m.Own(path)
}

// Own gives a file to the person.
func (m *Machine) Own(path string) {
	m.T.Helper()
	if m.UID >= 0 {
		m.check(os.Chown(path, m.UID, m.UID))
	}
}

// Chmod changes the mode of a file.
func (m *Machine) Chmod(mode os.FileMode, path string) {
	m.T.Helper()
	m.check(os.Chmod(path, mode))
}

// Write makes a file of the person's, or replaces what is in it.
func (m *Machine) Write(path, text string) {
	m.T.Helper()
	m.check(os.WriteFile(path, []byte(text), 0o600))
	m.Own(path)
}

// Read returns what is in a file.
func (m *Machine) Read(path string) string {
	m.T.Helper()
	data, err := os.ReadFile(path)
	m.check(err)
	return string(data)
}

// Create opens a file for the output of a run.
func (m *Machine) Create(name string) *os.File {
	m.T.Helper()
	f, err := os.Create(m.Path(name))
	m.check(err)
	return f
}

func (m *Machine) check(err error) {
	m.T.Helper()
	if err != nil {
		m.T.Fatal(err)
	}
}
