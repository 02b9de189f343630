package fakeaws

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// authenticate says who signed the request, or why nobody did. AWS does not
// publish the order of its checks; this one looks at the form first, at the
// clock next, at the key and its token then, and at the signature last.
func (s *Server) authenticate(x *exchange) (*caller, *apiError) {
	r := x.http
	if r.URL.Query().Has("X-Amz-Signature") {
		return nil, errIncompleteSignature("this fake verifies signatures in the Authorization header only")
	}
	auth, err := parseAuthorization(r)
	if err != nil {
		return nil, err
	}
	if auth == nil {
		return nil, &apiError{http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token"}
	}
	s.noteSigner(x.call, auth)
	if err := auth.checkScope(x.service.name, r.Host, s.anyIAMRegion); err != nil {
		return nil, err
	}
	if err := auth.checkSigned(r.Header); err != nil {
		return nil, err
	}
	if err := auth.checkTime(x.now, s.maxSkew); err != nil {
		return nil, err
	}
	who, secret, err := s.lookUp(auth, r.Header.Values("X-Amz-Security-Token"), x)
	if err != nil {
		return nil, err
	}
	payload, err := payloadHash(x, auth)
	if err != nil {
		return nil, err
	}
	canonical := canonicalRequest(r.Method, wireURI(r), auth.service, r.Header, r.Host, auth.signed, payload)
	want := sign(secret, auth.date, auth.region, auth.service, stringToSign(canonical, auth.timestamp, auth.scope()))
	if subtle.ConstantTimeCompare([]byte(want), []byte(auth.signature)) != 1 {
		return nil, errSignature("The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	x.call.Principal, x.call.Account = who.arn(), who.account.ID
	if who.key != nil {
		who.key.used(x, auth)
	}
	if x.service.name == "sts" && s.disabledRegions[auth.region] {
		return nil, &apiError{http.StatusForbidden, "RegionDisabledException", "STS is not activated in this region for account:" +
			who.account.ID + ". Your account administrator can activate STS in this region using the IAM Console."}
	}
	return who, nil
}

// lookUp finds the key and holds the token against it. A long-term key has no
// token, a session key has exactly its own.
func (s *Server) lookUp(auth *authorization, tokens []string, x *exchange) (*caller, string, *apiError) {
	var who *caller
	var secret string
	if key := s.keys[auth.accessKeyID]; key != nil {
		if key.seenStatus(auth.service, auth.region, x.now) != statusActive || len(tokens) != 0 {
			return nil, "", errInvalidToken()
		}
		who, secret = &caller{account: key.user.account, user: key.user, key: key}, key.Secret
	} else if session := s.sessions[auth.accessKeyID]; session != nil {
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
	if who.account.Partition != partitionOf(auth.region) {
		return nil, "", errInvalidToken()
	}
	return who, secret, nil
}

// sessionWorks: a session of GetSessionToken that saw no code may not call IAM,
// and IAM says that it does not know it.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
func (s *Server) sessionWorks(session *session, auth *authorization) bool {
	if session.role != nil {
		return true
	}
	if s.endWithKeys && session.key.status != statusActive {
		return false
	}
	return auth.service != "iam" || !session.mfa.IsZero()
}

// EndSessionsWithKeys makes sessions of GetSessionToken end with the access
// key that bought them, when it is deactivated or deleted. What AWS does is not
// documented; without this they live on.
func (s *Server) EndSessionsWithKeys(end bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endWithKeys = end
}

// payloadHash is the hash of the body as it arrived. S3 lets the client leave
// the body unsigned, no other service does.
func payloadHash(x *exchange, auth *authorization) (string, *apiError) {
	declared := x.http.Header.Get("X-Amz-Content-Sha256")
	actual := hexSHA256(x.body)
	if declared == "" || declared == actual {
		return actual, nil
	}
	if auth.service == "s3" && declared == "UNSIGNED-PAYLOAD" {
		return declared, nil
	}
	return "", errSignature("The provided 'x-amz-content-sha256' header does not match what was computed.")
}

// wireURI is path and query as they were sent; through a proxy the request
// line has the whole URL.
func wireURI(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// noteSigner records the key and the region, also for requests that are
// refused later.
func (s *Server) noteSigner(call *Call, auth *authorization) {
	call.AccessKeyID, call.Region = auth.accessKeyID, auth.region
}
