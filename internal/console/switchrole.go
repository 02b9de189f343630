package console

import (
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/signin"
)

// longestSwitch is the longest path and name of a role that people can switch to.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use.html
const longestSwitch = 64

// SwitchRole returns the page of the console on which a person who is signed in with a
// password switches to the profile's role. Nothing is asked of AWS or a person, and the
// address holds no secret.
func SwitchRole(b *broker.Broker, profile string) (string, error) {
	t, err := b.Target(profile)
	if err != nil {
		return "", err
	}
	site, err := siteOf(b, t)
	if err != nil {
		return "", err
	}
	if t.Profile.Chained() {
		b.Warn("another role assumes the role of profile %s, and the console switches only from the user that signed in: AWS may refuse", profile)
	}
	account, _ := awsapi.SplitARN(t.Profile.RoleARN)
	_, name, _ := strings.Cut(t.Profile.RoleARN, ":role/")
	if len(name) > longestSwitch {
		b.Warn("the role's path and name have more than %d characters, and the console refuses to switch to such a role", longestSwitch)
	}
	return site.SwitchRole(signin.Role{Account: account, Name: name, Display: profile, Color: t.Profile.Color}), nil
}
