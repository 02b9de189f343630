package fakeaws

import "time"

type sessionTokenXML struct {
	Credentials credentialsXML
}

// getSessionToken needs no permission, but a long-term key. Root gets an hour
// at most, without being told.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
func getSessionToken(x *exchange, who *caller) (any, *apiError) {
	serial, code := mfaParams(x.params)
	seconds := x.params.integer("DurationSeconds", 43200, 900, 129600)
	if err := x.params.check(); err != nil {
		return nil, err
	}
	if who.session != nil {
		return nil, errAccessDenied("Cannot call GetSessionToken with session credentials")
	}
	mfa, err := x.oneTimeCode(who, serial, code)
	if err != nil {
		return nil, err
	}
	if who.isRoot() {
		seconds = min(seconds, 3600)
	}
	issued := x.server.issue(x.now, time.Duration(seconds)*time.Second, &session{user: who.user, key: who.key, mfa: mfa})
	return sessionTokenXML{Credentials: issued}, nil
}
