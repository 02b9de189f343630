package broker

import (
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// CheckOwner refuses to go on where AWS says that the key belongs to answered, an
// ARN, and the record says that it belongs to recorded: what answers may be a
// stand-in for AWS, and a key that it makes would take the place of the real one.
// An empty recorded is no record.
func (t *Target) CheckOwner(answered, recorded string) error {
	if recorded == "" || answered == recorded {
		return nil
	}
	name := t.Profile.KeyName
	f := failure.New(failure.Other, "the key %q is recorded as %s, but %s says that it belongs to %s", name, recorded, t.whoAnswers(), answered)
	if t.Endpoint.URL != "" {
		f.Hint("check AWS_ENDPOINT_URL and endpoint_url; nothing was changed")
	}
	return f.Hint("if the key now belongs to another user, store it again: awsbroker add %s --replace", say.ShellWord(name))
}

func (t *Target) whoAnswers() string {
	if t.Endpoint.URL == "" {
		return "AWS"
	}
	return "the address " + t.Endpoint.URL
}

// ForeignAddresses returns a line for a plan that names the addresses which STS
// and IAM are asked at for a target, if these are not AWS's own; else nothing.
func (t *Target) ForeignAddresses() string {
	s, i := t.Endpoint, t.IAMEndpoint()
	switch {
	case s.IsAWS("sts") && i.IsAWS("iam"):
		return ""
	case i.IsAWS("iam"):
		return say.Sprintf("address  %s for STS, which is not AWS's own", s.URL)
	case s.IsAWS("sts"):
		return say.Sprintf("address  %s for IAM, which is not AWS's own", i.URL)
	case s.URL == i.URL:
		return say.Sprintf("address  %s, which is not AWS's own", s.URL)
	}
	return say.Sprintf("address  %s and, for IAM, %s,\n         which are not AWS's own", s.URL, i.URL)
}

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
