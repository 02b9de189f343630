// Package config reads and edits the two files that AWS tools share,
// ~/.aws/config and ~/.aws/credentials.
//
// Reading follows botocore, the strictest of the common readers: what it
// refuses is refused here, with the line, because the AWS CLI would refuse
// it too. Where clients read the same line differently the profile that it
// belongs to is refused, so that nobody is given another role than the one
// that the rest of their tools would use. Editing touches the lines of one
// profile and leaves every other byte as it was.
//
// The package reads no environment; paths and overrides are passed in. The
// one exception is the home directory, for a "~" in ca_bundle.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxFile bounds what is read: 5,000 profiles make about 2 MB.
const maxFile = 32 << 20

// Config is the two files, parsed. It is not changed after Load and may be
// used by several goroutines.
type Config struct {
	files    []*document // config, credentials
	names    []string    // of profiles, in the order they are first seen
	profiles map[string]*entry
	services map[string]*section // [services NAME]
}

// entry is where one profile is written. More than one section in one file
// is an error, but only for who uses that profile.
type entry struct {
	config      []*section
	credentials *section
}

// Load reads and parses both files. A file that is absent is empty, as for
// AWS's own tools; one that cannot be read or parsed is a *ParseError.
func Load(configPath, credentialsPath string) (*Config, error) {
	config, err := readFile(configPath)
	if err != nil {
		return nil, err
	}
	credentials, err := readFile(credentialsPath)
	if err != nil {
		return nil, err
	}
	return Parse(configPath, config, credentialsPath, credentials)
}

// Parse is Load for files that have been read. The paths are used in
// messages and origins only.
func Parse(configPath string, config []byte, credentialsPath string, credentials []byte) (*Config, error) {
	configDoc, err := scan(configPath, string(config))
	if err != nil {
		return nil, err
	}
	credentialsDoc, err := scan(credentialsPath, string(credentials))
	if err != nil {
		return nil, err
	}
	c := &Config{
		files:    []*document{configDoc, credentialsDoc},
		profiles: make(map[string]*entry),
		services: make(map[string]*section),
	}
	for _, s := range configDoc.sections {
		if name, ok := profileName(s.name); ok {
			e := c.entry(name)
			e.config = append(e.config, s)
		} else if name, ok := prefixedName(s.name, "services"); ok {
			c.services[name] = s
		}
	}
	for _, s := range credentialsDoc.sections {
		c.entry(s.name).credentials = s
	}
	return c, nil
}

func (c *Config) entry(name string) *entry {
	e := c.profiles[name]
	if e == nil {
		e = &entry{}
		c.profiles[name] = e
		c.names = append(c.names, name)
	}
	return e
}

// Names returns all profiles: those of the config file in its order, then
// those that only the credentials file has.
func (c *Config) Names() []string {
	return append([]string(nil), c.names...)
}

// Has reports whether either file has the profile.
func (c *Config) Has(name string) bool {
	return c.profiles[name] != nil
}

// StaticKeys reports where an access key of the profile is written in clear.
// The credentials file is looked at first: keys there win over a
// credential_process in most SDKs.
func (c *Config) StaticKeys(name string) (file string, line int, ok bool) {
	e := c.profiles[name]
	if e == nil {
		return "", 0, false
	}
	for _, s := range e.sections() {
		if o := s.option("aws_access_key_id"); o != nil {
			return s.path, o.line, true
		}
	}
	return "", 0, false
}

// sections returns the profile's sections, the one that wins first. botocore
// and the Go SDK both let the credentials file win, setting by setting.
func (e *entry) sections() []*section {
	if e.credentials == nil {
		return e.config
	}
	return append([]*section{e.credentials}, e.config...)
}

func readFile(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	switch {
	case info.Mode()&fs.ModeCharDevice != 0:
		return nil, nil // AWS_CONFIG_FILE=/dev/null is how people ask for none
	case info.IsDir():
		return nil, &ParseError{Path: path, Problem: "is a directory, not a file"}
	case !info.Mode().IsRegular():
		// Opening a pipe would wait for somebody to write.
		return nil, &ParseError{Path: path, Problem: "is not a regular file"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(text) > maxFile {
		return nil, &ParseError{Path: path, Problem: fmt.Sprintf("is larger than %d MiB", maxFile>>20)}
	}
	return text, nil
}

func unreadable(path string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return &ParseError{Path: path, Problem: "cannot be read: " + err.Error(), Err: err}
}

// Value returns a setting of a profile as it is written, in the section that
// wins.
func (c *Config) Value(profile, key string) (string, bool) {
	e := c.profiles[profile]
	if e == nil {
		return "", false
	}
	for _, s := range e.sections() {
		if o := s.option(key); o != nil {
			return o.rawValue(), true
		}
	}
	return "", false
}
