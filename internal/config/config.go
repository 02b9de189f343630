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
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unsafe"
)

// maxFile bounds what is read: 5,000 profiles make about 2 MB.
const maxFile = 32 << 20

// Config is the two files, parsed. It is not changed after Load and may be
// used by several goroutines.
type Config struct {
	config, credentials *document
	odd                 map[string][]*section  // by kind and name, those of config whose header is spelled another way
	hasKey              func(name string) bool // nil: no key of the keychain is known
	sharing             *sharing
}

// WithKeys returns the same files for a machine on which hasKey reports whether the
// keychain has a key of a name. A source_profile that names no profile may name such
// a key, which needs no section of its own then. hasKey is called for no other names.
func (c *Config) WithKeys(hasKey func(name string) bool) *Config {
	known := *c
	known.hasKey = hasKey
	return &known
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
	return parse(configPath, config, credentialsPath, credentials)
}

// Parse is [Load] for files that have been read. The paths are used in messages and
// origins only.
func Parse(configPath string, config []byte, credentialsPath string, credentials []byte) (*Config, error) {
	return parse(configPath, string(config), credentialsPath, string(credentials))
}

func parse(configPath, config, credentialsPath, credentials string) (*Config, error) {
	configDoc, err := readDocument(configPath, config)
	if err != nil {
		return nil, err
	}
	credentialsDoc, err := readDocument(credentialsPath, credentials)
	if err != nil {
		return nil, err
	}
	c := &Config{config: configDoc, credentials: credentialsDoc, odd: map[string][]*section{}, sharing: &sharing{}}
	for i := range configDoc.spans {
		header := configDoc.name(i)
		if isUsual(header, "profile") {
			continue
		}
		for _, kind := range []string{"profile", "services"} {
			if name, ok := prefixedName(header, kind); ok && !isUsual(header, kind) {
				c.odd[kind+" "+name] = append(c.odd[kind+" "+name], configDoc.section(i))
			}
		}
	}
	return c, nil
}

// StaticKeys returns where an access key of the profile is written in clear. A key in
// the credentials file comes first, because it wins over a credential_process in most
// SDKs.
func (c *Config) StaticKeys(name string) (file string, line int, ok bool) {
	e := c.entry(name)
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

func readFile(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", unreadable(path, err)
	}
	switch {
	case info.Mode()&fs.ModeCharDevice != 0:
		return "", nil // AWS_CONFIG_FILE=/dev/null is how people ask for none
	case info.IsDir():
		return "", &ParseError{Path: path, Problem: "is a directory, not a file"}
	case !info.Mode().IsRegular():
		// Opening a pipe would wait for somebody to write.
		return "", &ParseError{Path: path, Problem: "is not a regular file"}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", unreadable(path, err)
	}
	defer f.Close()
	var text bytes.Buffer
	text.Grow(int(min(info.Size(), maxFile)) + bytes.MinRead) // bytes.MinRead: or it makes a copy to see the end
	n, err := text.ReadFrom(io.LimitReader(f, maxFile+1))
	if err != nil {
		return "", unreadable(path, err)
	}
	if n > maxFile {
		return "", &ParseError{Path: path, Problem: fmt.Sprintf("is larger than %d MiB", maxFile>>20)}
	}
	return unsafe.String(unsafe.SliceData(text.Bytes()), text.Len()), nil // nobody writes into text any more
}

func unreadable(path string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return &ParseError{Path: path, Problem: "cannot be read: " + err.Error(), Err: err}
}

// Value returns a setting of a profile as it is written, from the section that wins.
func (c *Config) Value(profile, key string) (string, bool) {
	e := c.entry(profile)
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
