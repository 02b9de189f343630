package console

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/signin"
	"github.com/awsbroker/awsbroker/internal/target"
)

// checkFor refuses a length of the console session that AWS would refuse.
func checkFor(t *target.Target, asked time.Duration) error {
	switch {
	case asked == 0:
		return nil
	case asked < signin.ShortestSession || asked > signin.LongestSession:
		return failure.New(failure.Usage, "a console session lasts from 15 minutes to 12 hours, not %s", say.Duration(asked))
	case t.From != nil:
		return failure.New(failure.Usage, "profile %s gets its session from another session, and AWS ends the console session together with that one", t.Profile.Name).
			Hint("leave out --for")
	}
	return nil
}

// lengthOf returns how long AWS is to keep the console session: what was asked, or what
// is left of the session in whole minutes, since AWS would else give up to twelve hours.
// 0 leaves it to AWS, which ends the console session of a session that another session
// made with that one, and refuses to be told a length.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
func lengthOf(t *target.Target, s session.Session, asked time.Duration) time.Duration {
	switch {
	case t.From != nil:
		return 0
	case asked > 0:
		return asked.Truncate(time.Minute)
	}
	left := s.Left(time.Now()).Truncate(time.Minute)
	return min(max(left, signin.ShortestSession), signin.LongestSession)
}

func lengthText(length time.Duration) string {
	if length == 0 {
		return "the remaining time"
	}
	return say.Duration(length)
}
