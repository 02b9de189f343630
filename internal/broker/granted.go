package broker

import (
	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/grants"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// logGrant writes a line of the log for a session that is given out. Sessions that
// are given out before main runs are logged by package start. A log that cannot be
// written to does not keep the session back.
func (b *Broker) logGrant(t *target.Target, s session.Session, how grant.How) {
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
		Program:     grant.ProgramName(b.Program),
	})
	if err != nil {
		b.Debug("log: %s", err.Error())
	}
}

// rotateLog puts the log away if it has grown. The caller holds the lock of a device.
func (b *Broker) rotateLog() {
	if err := grants.Rotate(b.Paths.LogFile()); err != nil {
		b.Debug("log: it could not be moved away: %s", err.Error())
	}
}
