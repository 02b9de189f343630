// Package paths names the files and directories that awsbroker reads and
// writes. Computing names opens and creates nothing.
//
// It is our own because it runs before main on the path of a cached answer
// (package start): the XDG libraries read and parse files when they load.
package paths

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"
)

// Paths are the files of one person. All are absolute, or empty where there
// is no home directory to put them in.
type Paths struct {
	Config      string // ~/.aws/config, or $AWS_CONFIG_FILE
	Credentials string // ~/.aws/credentials, or $AWS_SHARED_CREDENTIALS_FILE
	State       string // directory: keystore.json (which keystore, which keys), generation
	Data        string // directory: the encrypted-file keystore
	Cache       string // directory: where sessions rest when there is no runtime directory
}

// FromEnv computes the paths from the environment, as AWS's tools do for
// theirs (https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html)
// and the XDG base directory specification says for ours.
func FromEnv() Paths {
	home := homeDir()
	return Paths{
		Config:      awsFile("AWS_CONFIG_FILE", home, "config"),
		Credentials: awsFile("AWS_SHARED_CREDENTIALS_FILE", home, "credentials"),
		State:       ownDir("XDG_STATE_HOME", home, stateDir),
		Data:        ownDir("XDG_DATA_HOME", home, dataDir),
		Cache:       ownDir("XDG_CACHE_HOME", home, cacheDir),
	}
}

// KeystoreFile records which keystore was chosen and which keys are in it.
func (p Paths) KeystoreFile() string { return under(p.State, "keystore.json") }

// GenerationFile changes whenever cached answers must be looked at again.
func (p Paths) GenerationFile() string { return under(p.State, "generation") }

// LogFile is where it is written down who was given which session.
func (p Paths) LogFile() string { return under(p.State, "log") }

// KeystoreDir is where the encrypted-file keystore keeps its files.
func (p Paths) KeystoreDir() string { return under(p.Data, "keystore") }

// ErrForeign ends what CheckOwn and CheckWay say: nothing is written there.
var ErrForeign = errors.New("belongs to another user")

// MakeOwn makes a directory that only this user may enter, unless it would
// be in a directory of another user's.
func MakeOwn(dir string) error {
	if err := CheckOwn(dir); err != nil {
		return err
	}
	return MakeDir(dir)
}

// MakeDir makes a directory, and those above it that are not there, of mode 0700. What
// is then written there and synced outlasts a power cut: so do the names of directories.
func MakeDir(dir string) error {
	top := dir
	for _, err := os.Stat(top); errors.Is(err, fs.ErrNotExist) && top != filepath.Dir(top); _, err = os.Stat(top) {
		top = filepath.Dir(top)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for ; dir != top; dir = filepath.Dir(dir) {
		if err := SyncDir(filepath.Dir(dir)); err != nil {
			return err
		}
	}
	return nil
}

func under(dir, name string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, name)
}

func awsFile(variable, home, name string) string {
	if p := os.Getenv(variable); p != "" {
		return absolute(expandTilde(p, home))
	}
	if home == "" {
		return ""
	}
	return filepath.Join(home, ".aws", name)
}

// ownDir is a directory of ours below the XDG variable's, which counts only
// when it is absolute, as the specification demands.
func ownDir(variable, home, fallback string) string {
	if base := os.Getenv(variable); filepath.IsAbs(base) {
		return filepath.Join(base, "awsbroker")
	}
	if filepath.IsAbs(fallback) {
		return filepath.Join(fallback, "awsbroker")
	}
	if home == "" {
		return ""
	}
	return filepath.Join(home, fallback, "awsbroker")
}

// expandTilde and $VAR: botocore expands both in these variables.
func expandTilde(p, home string) string {
	p = os.ExpandEnv(p)
	if p == "~" {
		return home
	}
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		return filepath.Join(home, rest)
	}
	return p
}

func absolute(p string) string {
	if abs, err := filepath.Abs(p); err == nil {
		return abs
	}
	return p
}

// homeDir falls back to the password database, as the AWS tools do, for
// callers that run us without HOME.
func homeDir() string {
	if home, err := os.UserHomeDir(); err == nil && filepath.IsAbs(home) {
		return home
	}
	if u, err := user.Current(); err == nil {
		return u.HomeDir
	}
	return ""
}
