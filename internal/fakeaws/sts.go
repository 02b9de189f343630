package fakeaws

import (
	"time"
)

// stsService lists the actions of STS.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
func stsService() *service {
	return &service{
		name:    "sts",
		version: "2011-06-15",
		xmlns:   "https://sts.amazonaws.com/doc/2011-06-15/",
		actions: map[string]handler{
			"AssumeRole":        assumeRole,
			"GetSessionToken":   getSessionToken,
			"GetCallerIdentity": getCallerIdentity,
		},
	}
}

// credentialsXML are issued credentials on the wire.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html
type credentialsXML struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

// issue makes a session that lasts for d, or for as long as the test said.
func (s *Server) issue(now time.Time, d time.Duration, sess *session) credentialsXML {
	if s.sessionLife > 0 {
		d = s.sessionLife
	}
	sess.accessKeyID, sess.secret, sess.token = newKeyID(prefixSessionKey), newSecretKey(), newSessionToken()
	sess.issued, sess.expires = now, now.Add(d).Truncate(time.Second)
	s.sessions[sess.accessKeyID] = sess
	return credentialsXML{sess.accessKeyID, sess.secret, sess.token, sess.expires.Format(time.RFC3339)}
}

// notValidated is what STS says of a device that it does not know: it has not
// looked at the code.
const notValidated = "unable to validate MFA code"

// oneTimeCode checks the MFA parameters of a call. The time of the code is
// zero if the call has none. A right code is used up whatever becomes of the
// call afterwards: nobody outside AWS knows better, so expect the worst.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func (x *exchange) oneTimeCode(who *caller, serial, code string) (time.Time, *apiError) {
	if serial == "" && code == "" {
		return time.Time{}, nil
	}
	if serial == "" || code == "" {
		return time.Time{}, errAccessDenied("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
	}
	var device *MFADevice
	if who.user != nil {
		device = who.user.devices[serial]
	}
	if device == nil || device.Seed == "" || x.now.Before(device.known) {
		return time.Time{}, errAccessDenied("MultiFactorAuthentication failed, " + notValidated + ".  " +
			"Please verify your MFA serial number is valid and associated with this user.")
	}
	if !device.accept(code, x.now) {
		return time.Time{}, errAccessDenied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
	}
	return x.now, nil
}

// mfaParams asks for the two parameters that AssumeRole and GetSessionToken
// share.
func mfaParams(p *params) (serial, code string) {
	serial, _ = p.optional("SerialNumber", length(9, 256), matching(`[\w+=/:,.@-]*`))
	code, _ = p.optional("TokenCode", length(6, 6), matching(`[\d]*`))
	return serial, code
}
