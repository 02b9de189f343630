package failure

import (
	"errors"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/say"
)

// IAMCall is what is known of a call to IAM that failed. The zero value is a call
// about something that no hint is for.
type IAMCall struct {
	Profile *config.Profile // whose key acts; nil: a key that is not in the keychain
	Owner   string          // the user in words, if the call fails where there is no such user
	User    string          // the name of the user, if the call makes an access key
}

// OfIAM says what IAM objected to in a call. A failure is returned as it is.
func OfIAM(err error, c IAMCall) error {
	if err == nil || Is(err) {
		return err
	}
	var e *awsapi.Error
	if !errors.As(err, &e) {
		return OfAWS(err, c.Profile, false)
	}
	switch e.Reason {
	case awsapi.Unreachable, awsapi.Redirected, awsapi.Garbled:
		return New(Unreachable, "AWS IAM could not be reached: %s", e.Error()).
			Hint("check the network, HTTPS_PROXY and the endpoint settings, and try again").Because(err)
	case awsapi.Denied:
		f := New(Refused, "AWS refused: %s", e.Error()).Because(err)
		f.ofDenial(e)
		return f
	case awsapi.Busy:
		return New(Unreachable, "AWS is still changing this: %s", e.Error()).Hint("try again in a few minutes").Because(err)
	case awsapi.NotThere:
		if c.Owner != "" {
			return New(NotFound, "there is no %s", c.Owner).Hint("name another user with --user").Because(err)
		}
	case awsapi.Quota:
		if c.User != "" {
			return New(Other, "the user %s has two access keys, and AWS allows no third", c.User).
				Hint("list them with: aws iam list-access-keys --user-name %s", say.ShellWord(c.User)).Because(err)
		}
	case awsapi.UnknownKey:
		if c.Profile != nil {
			return WithHint(OfAWS(err, c.Profile, false), "to remove it from the keychain: awsbroker remove %s", say.ShellWord(c.Profile.KeyName))
		}
	}
	return OfAWS(err, c.Profile, false)
}
