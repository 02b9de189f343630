package awsapi

import (
	"os"
	"strings"
)

// EnvBool returns what the environment variable name says, true or false; if it
// says neither, otherwise.
// https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
func EnvBool(name string, otherwise bool) bool {
	switch strings.ToLower(os.Getenv(name)) {
	case "true":
		return true
	case "false":
		return false
	}
	return otherwise
}
