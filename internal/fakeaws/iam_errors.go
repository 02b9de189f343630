package fakeaws

import (
	"fmt"
	"net/http"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

// The common errors of IAM and their statuses are
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html#API_CreateAccessKey_Errors

func errNoSuchEntity(format string, args ...any) *apiError {
	return &apiError{http.StatusNotFound, "NoSuchEntity", fmt.Sprintf(format, args...)}
}

func errExists(format string, args ...any) *apiError {
	return &apiError{http.StatusConflict, "EntityAlreadyExists", fmt.Sprintf(format, args...)}
}

func errDeleteConflict(message string) *apiError {
	return &apiError{http.StatusConflict, "DeleteConflict", message}
}

func errLimit(format string, args ...any) *apiError {
	return &apiError{http.StatusConflict, "LimitExceeded", fmt.Sprintf(format, args...)}
}

// errInvalidCode answers for codes that are wrong, used up, too old or not
// consecutive.
func errInvalidCode() *apiError {
	return &apiError{http.StatusForbidden, "InvalidAuthenticationCode", "Authentication code for device is not valid."}
}

// errNoUserName answers who leaves out the UserName without being a user.
func errNoUserName() *apiError {
	return errValidation("Must specify userName when calling with non-User credentials")
}

// errDenied is IAM's way to say no: by the name of the thing where it acts on
// one, and with the kind of policy that decided.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func errDenied(who *caller, action, resource string, why policy.Refusal) *apiError {
	text := "User: " + who.arn() + " is not authorized to perform: " + action + " on resource: " + resource
	switch why {
	case policy.DeniedByIdentity:
		text += " with an explicit deny in an identity-based policy"
	case policy.DeniedBySession:
		text += " with an explicit deny in a session policy"
	case policy.DeniedByBoundary:
		text += " with an explicit deny in a permissions boundary"
	case policy.SilentBoundary:
		text += " because no permissions boundary allows the " + action + " action"
	case policy.SilentSession:
		text += " because no session policy allows the " + action + " action"
	default:
		text += " because no identity-based policy allows the " + action + " action"
	}
	return errAccessDenied(text)
}
