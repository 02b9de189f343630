package broker

import (
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
)

// noteFailure writes down how the question ended, for processes that wait for its
// answer and for the second try of this job.
func (r *request) noteFailure(err error) {
	var f *failure.Error
	if !errors.As(err, &f) {
		return
	}
	_ = r.actor.Cache.Failed(r.target.CacheKey(), session.Failure{
		Ended: time.Now(), Job: session.JobID(), Source: r.codesFrom(),
		Reason: int(f.Reason), Message: f.Message, Hint: f.FirstHint(),
	})
}

// codesFrom names who would give the code. Profiles that share an MFA session may differ
// in that, and then the failure of one does not answer the other.
func (r *request) codesFrom() string {
	p := r.target.First().Profile
	return session.CacheKey(p.MFAProcess, p.MFASeed, fmt.Sprint(r.run.waysOf(p).List()))
}
