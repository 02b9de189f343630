package broker

import (
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
)

// remember how the question ended, for those who wait and for this job's
// second try.
func (r *request) remember(err error) {
	var f *failure.Error
	if !errors.As(err, &f) {
		return
	}
	n := session.Failure{Ended: time.Now(), Job: session.JobID(), Source: r.codesFrom(), Reason: int(f.Reason), Message: f.Message}
	if len(f.Hints) > 0 {
		n.Hint = f.Hints[0]
	}
	_ = r.actor.Cache.Failed(r.target.cacheKey(), n)
}

// codesFrom names who would give a code: profiles that share an MFA session may
// differ in that, and one's failure is not the other's.
func (r *request) codesFrom() string {
	p := r.target.first().Profile
	return session.CacheKey(p.MFAProcess, p.MFASeed, fmt.Sprint(r.run.waysOf(p).List()))
}

func remembered(f session.Failure) error {
	out := failure.New(failure.Reason(f.Reason), "%s", f.Message)
	if f.Hint != "" {
		out.Hints = []string{f.Hint}
	}
	return out
}
