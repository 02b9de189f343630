package revoke

import (
	"context"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
)

// userIsGone reports whether err comes of a user who was deleted in AWS. An administrator
// may have done so in the minute after a leak.
func (v *revocation) userIsGone(ctx context.Context, err error) bool {
	if !awsapi.Is(err, awsapi.NotThere) {
		return false
	}
	err = v.rotation.Access.Peek(ctx, func(ctx context.Context, c *iam.Client) error {
		_, err := c.Keys(ctx, v.user.UserName())
		return err
	})
	return awsapi.Is(err, awsapi.NotThere)
}

// endWithoutUser ends a revocation whose user is gone, and with it the user's keys and own
// sessions. Sessions of the role stay valid until they are denied.
func (v *revocation) endWithoutUser(ctx context.Context) error {
	user := v.user.UserName()
	v.report.Step("the user " + user + " no longer exists in AWS, and neither do its keys")
	if err := v.rotation.Deactivate(ctx, v.note.Old); err != nil { // notes that it is refused
		return err
	}
	f := failure.New(failure.NotFound, "the user %s no longer exists in AWS, so there is no new key", user)
	for _, h := range v.holders() {
		if h.kind != "role" {
			continue
		}
		now, err := v.awsTime(ctx)
		if err == nil {
			_, err = v.putDeny(ctx, "deny", h, now.Add(v.pause.margin))
		}
		if err != nil {
			return failure.WithHint(err, "in the IAM console: the role %s, \"Revoke sessions\"", h.name)
		}
	}
	if err := v.dropSessions(); err != nil {
		return err
	}
	if err := v.forgetNote(); err != nil {
		return err
	}
	return f.Hint("remove the key from the keychain: awsbroker remove %s", say.ShellWord(v.rotation.Name))
}
