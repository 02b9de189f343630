package awsapi

import (
	"cmp"
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

// ChosenURL returns the address at which a person wants a service ("STS"); empty for
// AWS's own. It follows AWS's order: a variable for the service, one for all, what the
// profile says of the service, what it says of all. ignored is the profile's
// ignore_configured_endpoint_urls.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
func ChosenURL(service string, ignored bool, ofService, ofAll string) string {
	if EnvBool("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ignored) {
		return ""
	}
	return cmp.Or(os.Getenv("AWS_ENDPOINT_URL_"+service), os.Getenv("AWS_ENDPOINT_URL"), ofService, ofAll)
}
