package broker

import (
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// noticeOfAddresses returns what tells the person, once a run, that what is sent can be
// read or answered by others than AWS.
func (b *Broker) noticeOfAddresses() *awsapi.Notice {
	if b.notice == nil {
		b.notice = &awsapi.Notice{Tell: func(text string) { b.Warn("%s", text) }}
	}
	return b.notice
}

// refuseAddress refuses to send the code of a seed to an address that is neither AWS's
// own nor on this machine. Nobody sees where such a code goes, and who can set a
// variable of a program's environment could send it anywhere: the person says that the
// address is theirs, on the command line, or for one address in the profile.
func (r *request) refuseAddress() error {
	e, p := r.target.Endpoint, r.target.Profile
	if e.IsAWS("sts") || e.IsLocal() || r.run.EndpointIsMine || strings.EqualFold(e.Host(), p.EndpointIsMine) {
		return nil
	}
	return failure.New(failure.Other, "awsbroker does not send the code of a seed to %s, which is not AWS's own address", e.Host()).
		Hint("if that address is yours, add --endpoint-is-mine, or the line awsbroker_endpoint_is_mine = %[2]s to profile %[1]s", p.Name, e.Host()).
		Hint("if not, find out where it is set: awsbroker explain --profile %s", say.ShellWord(p.Name))
}
