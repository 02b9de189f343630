package console

import (
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/signin"
)

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
	return site.SwitchRole(signin.Role{Account: account, Name: name, Display: profile, Color: t.Profile.Color}), nil
}
