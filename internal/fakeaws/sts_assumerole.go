package fakeaws

import (
	"regexp"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

// assumeRoleInput is a request to assume a role whose form is right.
type assumeRoleInput struct {
	roleARN        string
	sessionName    string
	externalID     string
	sourceIdentity string
	serial, code   string
	duration       time.Duration
	tags           map[string]string
	transitive     []string
	policies       []*policy.Document // session policies; nil for none
	packedSize     int                // of policies and tags, in percent of what is allowed
}

type assumedRoleXML struct {
	Credentials      credentialsXML
	AssumedRoleUser  assumedRoleUserXML
	PackedPolicySize int    `xml:",omitempty"`
	SourceIdentity   string `xml:",omitempty"`
}

type assumedRoleUserXML struct {
	AssumedRoleID string `xml:"AssumedRoleId"`
	Arn           string
}

// assumeRole looks at the form, at the code, at the policies and at the
// duration, in this order.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func assumeRole(x *exchange, who *caller) (any, *apiError) {
	in, err := readAssumeRole(x, who)
	if err != nil {
		return nil, err
	}
	if who.isRoot() {
		return nil, errAccessDenied("Roles may not be assumed by root accounts.")
	}
	mfa, err := x.oneTimeCode(who, in.serial, in.code)
	if err != nil {
		return nil, err
	}
	role := x.server.roleByARN(in.roleARN)
	if err := x.mayAssume(who, role, in, mfa); err != nil {
		return nil, err
	}
	if err := checkDuration(who, role, in.duration); err != nil {
		return nil, err
	}
	_, timed := x.params.values["DurationSeconds"]
	sess := &session{
		role: role, chained: who.session != nil, timed: timed, name: in.sessionName, sourceIdentity: in.sourceIdentity,
		tags: in.tags, transitive: in.transitive, policies: in.policies,
	}
	issued := x.server.issue(x.now, in.duration, sess)
	assumed := &caller{account: role.account, session: sess}
	return assumedRoleXML{
		Credentials:      issued,
		AssumedRoleUser:  assumedRoleUserXML{AssumedRoleID: assumed.userID(), Arn: assumed.arn()},
		PackedPolicySize: in.packedSize,
		SourceIdentity:   in.sourceIdentity,
	}, nil
}

func readAssumeRole(x *exchange, who *caller) (*assumeRoleInput, *apiError) {
	p := x.params
	in := &assumeRoleInput{
		roleARN:     p.required("RoleArn", length(20, 2048)),
		sessionName: p.required("RoleSessionName", length(2, 64), matching(`[\w+=,.@-]*`)),
		duration:    time.Duration(p.integer("DurationSeconds", 3600, 900, 43200)) * time.Second,
	}
	in.externalID, _ = p.optional("ExternalId", length(2, 1224), matching(`[\w+=,.@:\/-]*`))
	in.sourceIdentity, _ = p.optional("SourceIdentity", length(2, 64), matching(`[\w+=,.@-]*`))
	in.serial, in.code = mfaParams(p)
	policy := readSessionPolicy(p)
	tags := readSessionTags(p)
	if err := p.check(); err != nil {
		return nil, err
	}
	if !regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:role/[\w+=,.@/-]+$`).MatchString(in.roleARN) {
		return nil, errValidation(in.roleARN + " is invalid")
	}
	if err := tags.inherit(who, in); err != nil {
		return nil, err
	}
	if err := policy.parse(x.server, in); err != nil {
		return nil, err
	}
	if s := who.session; s != nil && s.sourceIdentity != "" {
		// It stays through a chain and cannot be changed in it.
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
		if in.sourceIdentity != "" && in.sourceIdentity != s.sourceIdentity {
			return nil, errNotAuthorized(who.arn(), "sts:SetSourceIdentity", in.roleARN)
		}
		in.sourceIdentity = s.sourceIdentity
	}
	return in, nil
}

// checkDuration: a role's own maximum, and one hour in a chain. Sessions of
// GetSessionToken count as a chain too, says AWS's knowledge center.
// https://repost.aws/knowledge-center/iam-role-chaining-limit
func checkDuration(who *caller, role *Role, d time.Duration) *apiError {
	if d > role.maxDuration {
		return errValidation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	if who.session != nil && d > time.Hour {
		return errValidation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	return nil
}

// mayAssume asks the policies. Tags and a source identity are permissions of
// their own.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required
func (x *exchange) mayAssume(who *caller, role *Role, in *assumeRoleInput, mfa time.Time) *apiError {
	actions := []string{"sts:AssumeRole"}
	if len(in.tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	if in.sourceIdentity != "" {
		actions = append(actions, "sts:SetSourceIdentity")
	}
	for _, action := range actions {
		ask := x.question(who, action, in.roleARN)
		addMFA(ask, mfa, x.now)
		ask.Set("sts:RoleSessionName", in.sessionName)
		ask.SetUnlessEmpty("sts:ExternalId", in.externalID)
		ask.SetUnlessEmpty("sts:SourceIdentity", in.sourceIdentity)
		for key, value := range in.tags {
			ask.Set("aws:RequestTag/"+key, value)
			ask.Add("aws:TagKeys", key)
		}
		for _, key := range in.transitive {
			ask.Add("sts:TransitiveTagKeys", key)
		}
		if role == nil || !ask.MayAssume(role.account.ID, recall(role.trustBefore, role.trust, x.now), who.policies(x.now)) {
			return errNotAuthorized(who.arn(), action, in.roleARN)
		}
	}
	return nil
}
