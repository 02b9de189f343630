package fakeaws

import (
	"net/http"

	"github.com/awsbroker/awsbroker/internal/fakeaws/sigv4"
)

// apiError is what AWS answers instead of a result.
type apiError struct {
	status  int
	code    string
	message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

// fault says whose fault it is, in the words of the query protocol.
func (e *apiError) fault() string {
	if e.status >= 500 {
		return "Receiver"
	}
	return "Sender"
}

func errAccessDenied(message string) *apiError {
	return &apiError{http.StatusForbidden, "AccessDenied", message}
}

// errNotAuthorized is the one answer for no permission, no trust, a missing
// MFA, a wrong external id, and a role that does not exist: AWS does not let
// them be told apart.
func errNotAuthorized(callerARN, action, resource string) *apiError {
	return errAccessDenied("User: " + callerARN + " is not authorized to perform: " + action + " on resource: " + resource)
}

func errValidation(message string) *apiError {
	return &apiError{http.StatusBadRequest, "ValidationError", message}
}

func errMalformedPolicy(message string) *apiError {
	return &apiError{http.StatusBadRequest, "MalformedPolicyDocument", message}
}

// errInvalidToken answers for an access key that is unknown, inactive or
// deleted, and for a session token that is not the key's.
func errInvalidToken() *apiError {
	return &apiError{http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid."}
}

func errExpiredToken() *apiError {
	return &apiError{http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired"}
}

func errSignature(err *sigv4.Error) *apiError {
	if err.Incomplete {
		return &apiError{http.StatusBadRequest, "IncompleteSignature", err.Message}
	}
	return &apiError{http.StatusForbidden, "SignatureDoesNotMatch", err.Message}
}

func errUnknownOperation(action, version string) *apiError {
	return &apiError{http.StatusBadRequest, "InvalidAction", "Could not find operation " + action + " for version " + version}
}
