package awsapi

import "testing"

func TestReasonsOfSignatures(t *testing.T) {
	for message, want := range map[string]Reason{
		"The request signature we calculated does not match the signature you provided.":       WrongSecret,
		"Credential should be scoped to a valid region, not 'us-east-2'. ":                     WrongRegion,
		"Credential should be scoped to a valid region. ":                                      WrongRegion,
		"Signature expired: 20261127T110000Z is now earlier than 20261127T114500Z":             ClockWrong,
		"Signature not yet current: 20261127T130000Z is still later than 20261127T120500Z (…)": ClockWrong,
	} {
		if got := reasonOf("SignatureDoesNotMatch", message, 403); got != want {
			t.Errorf("%s: %d, not %d", message, got, want)
		}
	}
}
