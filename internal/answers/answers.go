// Package answers keeps what a call came to ready to be given again: on Linux
// in the kernel's memory, in the user keyring, where it lies beside the key
// that the files of package session are sealed with. Elsewhere it keeps
// nothing.
//
// It exists because a file has to be unsealed: Go's cryptography needs forty
// more packages to be initialised, a quarter of the time of a cached answer.
// Package early reads it: it may import what that may import.
package answers

import (
	"os"
	"strconv"
)

// Answer is what a call for a profile's session came to. It holds as long as
// the files are as they were, and for the time that it names.
//
// The secrets in it are plain strings: package credential would bring along
// what has to be done without. Nothing prints an Answer.
type Answer struct {
	Files [5]File

	Agents       bool  // coding agents are given it, too
	Until        int64 // in Unix seconds: from then on it is none
	Booted       int64 // when the machine had started by the clock that these times are of
	CommandUntil int64 // the same for a command, which cannot renew its session; 0: it is none for a command

	Log     string // path of the log that the grant goes to, or empty
	RoleARN string // for the log

	AccessKeyID, SecretAccessKey, SessionToken, AccountID string
	Expires                                               int64  // Unix seconds
	Expiration                                            string // the same, as tools read it
	Region                                                string // for the environment of a command, or empty
}

// File is one that decides about an answer, and the state of it that does.
type File struct {
	Path string
	Stamp
}

// Holds reports whether the files are as they were.
func (a *Answer) Holds() bool {
	for i := range a.Files {
		if StampOf(a.Files[i].Path) != a.Files[i].Stamp {
			return false
		}
	}
	return true
}

// AppendJSON adds the answer of credential_process to b, in one line.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
// It is for texts that need no escapes in JSON, as AWS's do not.
func (a *Answer) AppendJSON(b []byte) []byte {
	b = append(append(b, `{"Version":1,"AccessKeyId":"`...), a.AccessKeyID...)
	b = append(append(b, `","SecretAccessKey":"`...), a.SecretAccessKey...)
	b = append(append(b, `","SessionToken":"`...), a.SessionToken...)
	b = append(append(b, `","Expiration":"`...), a.Expiration...)
	if a.AccountID != "" {
		b = append(append(b, `","AccountId":"`...), a.AccountID...)
	}
	return append(b, "\"}\n"...)
}

// Inputs are the environment variables that change which session answers a
// profile.
var Inputs = [...]string{
	"AWS_REGION", "AWS_DEFAULT_REGION",
	"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
	"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_CA_BUNDLE",
	"AWSBROKER_KEYSTORE",
}

// places are the variables that say where the files are.
var places = [...]string{"HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "XDG_STATE_HOME"}

// Name is the one of the answer to a call for profile in this environment; no
// two calls share one. ok is false where more than these variables decides
// where the files are: the current directory, other variables.
func Name(profile string) (name string, ok bool) {
	b, ok := appendName(nil, profile)
	return string(b), ok
}

// format of an answer is in its name: another version of awsbroker finds none.
const format = "2"

func appendName(b []byte, profile string) (name []byte, ok bool) {
	b = appendPart(append(b, "awsbroker:answer:"+format+":"...), profile)
	for _, v := range places {
		value := os.Getenv(v)
		if value != "" && !isPlain(value) || value == "" && v == "HOME" {
			return nil, false
		}
		b = appendPart(b, value)
	}
	for _, v := range Inputs {
		b = appendPart(b, os.Getenv(v))
	}
	return b, true
}

// isPlain reports whether a path means the same everywhere.
func isPlain(path string) bool {
	for i := range len(path) {
		if path[i] == '$' {
			return false
		}
	}
	return path[0] == '/'
}

// appendPart adds the next of a list of texts, so that no two lists look alike.
func appendPart(b []byte, next string) []byte {
	return append(append(strconv.AppendInt(b, int64(len(next)), 10), ':'), next...)
}
