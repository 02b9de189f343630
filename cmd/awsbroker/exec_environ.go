package main

import (
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/variables"
)

// plain is a session as variables are made of it.
func plain(s session.Session, region string) variables.Session {
	return variables.Session{
		AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey.Reveal(), SessionToken: s.SessionToken.Reveal(),
		Expiration: s.Expiration.UTC().Format(session.ExpirationFormat), Region: region,
	}
}
