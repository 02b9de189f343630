package broker

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
)

// clockOfAWS returns AWS's clock, which all calls of the run read and go by. The person
// is told once that this machine's clock is another one: other tools may fail by it.
func (b *Broker) clockOfAWS() *awsapi.Clock {
	if b.aws == nil {
		b.aws = &awsapi.Clock{Wrong: func(ahead time.Duration) {
			b.Warn("this machine's clock is %s; awsbroker uses AWS's clock, but AWS refuses many other tools; to list them: awsbroker doctor", failure.ClockText(ahead))
		}}
	}
	return b.aws
}

// TimeOfAWS returns the time by AWS's clock, as far as an answer told it in this run:
// codes of MFA devices go by it.
func (b *Broker) TimeOfAWS() time.Time { return b.clockOfAWS().Now() }
