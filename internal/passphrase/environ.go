package passphrase

import (
	"fmt"
	"os"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// File returns the name of the file that has the passphrase, for machines without a
// person, as AWSBROKER_FILE_PASSPHRASE_FILE says; empty if there is none.
func File() string { return os.Getenv("AWSBROKER_FILE_PASSPHRASE_FILE") }

// FromEnv returns AWSBROKER_FILE_PASSPHRASE, or the first line of [File]. ok is false if
// neither is set.
func FromEnv() (p credential.Secret, ok bool, err error) {
	if p := os.Getenv("AWSBROKER_FILE_PASSPHRASE"); p != "" {
		return credential.NewSecret(p), true, nil
	}
	if File() == "" {
		return p, false, nil
	}
	data, err := os.ReadFile(File())
	if err != nil {
		return p, false, fmt.Errorf("cannot read the passphrase: %w", err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return credential.NewSecret(strings.TrimSuffix(line, "\r")), true, nil
}
