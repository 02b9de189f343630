package iam

import (
	"encoding/json"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// document is the JSON of a policy in an answer, which is URL-encoded
// (RFC 3986). What is JSON as it is was not encoded.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html
func document(encoded *string) string {
	text := aws.ToString(encoded)
	if json.Valid([]byte(text)) {
		return text
	}
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}
