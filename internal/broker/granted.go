package broker

import (
	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/grants"
	"github.com/awsbroker/awsbroker/internal/session"
)

// granted notes in the log that a session is given out: once for each, by
// whoever gives it. What is answered before main runs is noted there (package
// start). A log that cannot be written to is no reason to give no answer.
func (b *Broker) granted(t *Target, s session.Session, how grant.How) {
	if t.Profile.LogOff {
		return
	}
	err := grants.Write(b.Paths.LogFile(), grant.Grant{
		Profile:     t.Profile.Name,
		RoleARN:     t.Profile.RoleARN,
		Account:     s.AccountID,
		AccessKeyID: s.AccessKeyID,
		Expires:     s.Expiration,
		How:         how,
		Command:     b.Command,
	})
	if err != nil {
		b.Debug("log: %s", err.Error())
	}
}

// rotateLog is for whoever holds the lock of a device.
func (b *Broker) rotateLog() {
	if err := grants.Rotate(b.Paths.LogFile()); err != nil {
		b.Debug("log: it could not be put away: %s", err.Error())
	}
}
