package target

import (
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// CheckOwner refuses to go on where AWS says that the key belongs to answered, an
// ARN, and the record says that it belongs to recorded: what answers may be a
// stand-in for AWS, and a key that it makes would take the place of the real one.
// An empty recorded is no record.
func (t *Target) CheckOwner(answered, recorded string) error {
	if recorded == "" || answered == recorded {
		return nil
	}
	name := t.Profile.KeyName
	f := failure.New(failure.Other, "the key %q is recorded as %s, but %s says that it belongs to %s", name, recorded, t.whoAnswers(), answered)
	if t.Endpoint.URL != "" {
		f.Hint("check AWS_ENDPOINT_URL and endpoint_url; nothing was changed")
	}
	return f.Hint("if the key now belongs to another user, store it again: awsbroker add %s --replace", say.ShellWord(name))
}

func (t *Target) whoAnswers() string {
	if t.Endpoint.URL == "" {
		return "AWS"
	}
	return "the address " + t.Endpoint.URL
}
