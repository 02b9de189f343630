package fakeaws

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strings"
	"time"
)

// Call is one request as the server saw it. It holds no secret: of a one-time
// code only that there was one, and a hash under a key of this server by which
// two calls with the same code can be told.
type Call struct {
	Number      int               `json:"number"` // from 1
	Time        time.Time         `json:"time"`   // by the server's clock
	RequestID   string            `json:"request_id"`
	Service     string            `json:"service"`
	Action      string            `json:"action"`
	Params      map[string]string `json:"params,omitempty"` // without Action, Version, codes and passwords
	CodeSent    bool              `json:"code_sent"`
	CodeHash    string            `json:"code_hash,omitempty"`
	CodeHash2   string            `json:"code_hash_2,omitempty"` // of the second of two codes
	Created     string            `json:"created,omitempty"`     // the id or ARN of what the call made, answered or not
	AccessKeyID string            `json:"access_key_id,omitempty"`
	Principal   string            `json:"principal,omitempty"` // ARN, once the signature was right
	Account     string            `json:"account,omitempty"`
	Region      string            `json:"region,omitempty"` // of the credential scope
	Host        string            `json:"host"`
	UserAgent   string            `json:"user_agent,omitempty"`
	Status      int               `json:"status"`          // 0 if nothing was answered
	Error       string            `json:"error,omitempty"` // AWS's code; "" for success
	Message     string            `json:"message,omitempty"`
	Fault       string            `json:"fault,omitempty"` // the fault that was injected
}

// noteParams copies the parameters into the call, less the code.
func (s *Server) noteParams(call *Call, p *params) {
	call.Params = maps.Clone(p.values)
	delete(call.Params, "Action")
	delete(call.Params, "Version")
	hash := func(code string) string {
		call.CodeSent = true
		mac := hmac.New(sha256.New, s.logKey)
		mac.Write([]byte(call.Params["SerialNumber"] + "\n" + code))
		return hex.EncodeToString(mac.Sum(nil))
	}
	for _, name := range secretParams() {
		code, ok := call.Params[name]
		delete(call.Params, name)
		switch {
		case !ok:
		case name == "TokenCode", name == "AuthenticationCode1":
			call.CodeHash = hash(code)
		case name == "AuthenticationCode2":
			call.CodeHash2 = hash(code)
		}
	}
}

// secretParams are the parameters that the log leaves out.
func secretParams() []string {
	return []string{"TokenCode", "AuthenticationCode1", "AuthenticationCode2", "Password", "NewPassword", "OldPassword", "Session", "SigninToken", "redirect_uri"}
}

// Calls returns the calls of an action in the order they came in; all calls
// for "".
func (s *Server) Calls(action string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := []Call{}
	for _, c := range s.calls {
		if action == "" || c.Action == action {
			copied := *c
			copied.Params = maps.Clone(c.Params)
			calls = append(calls, copied)
		}
	}
	return calls
}

// RepeatedCodes returns the calls that carried a code which an earlier call
// had carried for the same device, but for calls whose code was not looked at: they
// were told so, or thrown away for their signature.
func (s *Server) RepeatedCodes() []Call {
	seen := map[string]bool{}
	repeated := []Call{}
	for _, c := range s.Calls("") {
		again := false
		for _, hash := range []string{c.CodeHash, c.CodeHash2} {
			again = again || hash != "" && seen[hash]
			seen[hash] = seen[hash] || !strings.Contains(c.Message, notValidated) && c.Error != "SignatureDoesNotMatch"
		}
		if again {
			repeated = append(repeated, c)
		}
	}
	return repeated
}

// ResetCalls empties the call log.
func (s *Server) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}
