package fakeaws

import (
	"crypto/subtle"
	"net/http"

	"github.com/awsbroker/awsbroker/internal/fakeaws/sigv4"
)

// authenticate says who signed the request, or why nobody did. AWS does not
// publish the order of its checks; this one looks at the form first, at the
// clock next, at the key and its token then, and at the signature last.
func (s *Server) authenticate(x *exchange) (*caller, *apiError) {
	r := x.http
	if r.URL.Query().Has("X-Amz-Signature") {
		return nil, errSignature(&sigv4.Error{Incomplete: true, Message: "this fake verifies signatures in the Authorization header only"})
	}
	auth, err := sigv4.Parse(r)
	if err != nil {
		return nil, errSignature(err)
	}
	if auth == nil {
		return nil, &apiError{http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token"}
	}
	s.noteSigner(x.call, auth)
	if err := s.checkForm(x, auth); err != nil {
		return nil, errSignature(err)
	}
	who, secret, refused := s.lookUp(auth, r.Header.Values("X-Amz-Security-Token"), x)
	if refused != nil {
		return nil, refused
	}
	if err = auth.Verify(r, x.body, secret); err != nil {
		return nil, errSignature(err)
	}
	if x.body, err = auth.Unchunk(r, x.body, secret); err != nil {
		return nil, errSignature(err)
	}
	x.call.Principal, x.call.Account = who.arn(), who.account.ID
	if who.key != nil {
		who.key.used(x, auth)
	}
	if x.service.name == "sts" && s.disabledRegions[auth.Region] {
		return nil, &apiError{http.StatusForbidden, "RegionDisabledException", "STS is not activated in this region for account:" +
			who.account.ID + ". Your account administrator can activate STS in this region using the IAM Console."}
	}
	return who, nil
}

// checkForm is what can be said before the key is looked up.
func (s *Server) checkForm(x *exchange, auth *sigv4.Signature) *sigv4.Error {
	if err := checkRegion(auth.Region, x.service.name, x.http.Host, s.anyIAMRegion); err != nil {
		return err
	}
	if err := auth.CheckScope(x.service.name); err != nil {
		return err
	}
	if err := auth.CheckSigned(x.http.Header); err != nil {
		return err
	}
	return auth.CheckTime(x.now, s.maxSkew)
}

// checkRegion holds the region that was signed for against where the request
// went. IAM has one region a partition.
func checkRegion(region, service, host string, anyIAMRegion bool) *sigv4.Error {
	switch {
	case !regionKnown(region), regionOfHost(host) != "" && regionOfHost(host) != region:
		return &sigv4.Error{Message: "Credential should be scoped to a valid region. "}
	case service == "iam" && !anyIAMRegion && !isIAMRegion(region, host):
		return &sigv4.Error{Message: "Credential should be scoped to a valid region, not '" + region + "'. "}
	}
	return nil
}

// lookUp finds the key and holds the token against it. A long-term key has no
// token, a session key has exactly its own.
func (s *Server) lookUp(auth *sigv4.Signature, tokens []string, x *exchange) (*caller, string, *apiError) {
	var who *caller
	var secret string
	if key := s.keys[auth.AccessKeyID]; key != nil {
		if key.seenStatus(auth.Service, auth.Region, x.now) != statusActive || len(tokens) != 0 {
			return nil, "", errInvalidToken()
		}
		who, secret = &caller{account: key.user.account, user: key.user, key: key}, key.Secret
	} else if session := s.sessions[auth.AccessKeyID]; session != nil {
		if len(tokens) != 1 || subtle.ConstantTimeCompare([]byte(tokens[0]), []byte(session.token)) != 1 {
			return nil, "", errInvalidToken()
		}
		if !x.now.Before(session.expires) {
			return nil, "", errExpiredToken()
		}
		if !s.sessionWorks(session, auth) {
			return nil, "", errInvalidToken()
		}
		who, secret = &caller{user: session.user, session: session}, session.secret
		if session.role != nil {
			who.account = session.role.account
		} else {
			who.account = session.user.account
		}
	} else {
		return nil, "", errInvalidToken()
	}
	if who.account.Partition != partitionOf(auth.Region) {
		return nil, "", errInvalidToken()
	}
	return who, secret, nil
}

// sessionWorks: a session of GetSessionToken that saw no code may not call IAM,
// and IAM says that it does not know it.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
func (s *Server) sessionWorks(session *session, auth *sigv4.Signature) bool {
	if session.role != nil || session.signedIn {
		return true
	}
	if s.endWithKeys && session.key.status != statusActive {
		return false
	}
	return auth.Service != "iam" || !session.mfa.IsZero()
}

// EndSessionsWithKeys makes sessions of GetSessionToken end with the access
// key that bought them, when it is deactivated or deleted. What AWS does is not
// documented; without this they live on.
func (s *Server) EndSessionsWithKeys(end bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endWithKeys = end
}

// noteSigner records the key and the region, also for requests that are
// refused later.
func (s *Server) noteSigner(call *Call, auth *sigv4.Signature) {
	call.AccessKeyID, call.Region = auth.AccessKeyID, auth.Region
}
