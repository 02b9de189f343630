package fakeaws

import "net/http"

// handler answers one action for a caller who has proved who they are. It runs
// with the server locked. It returns what goes into <ActionResult>, or an
// answer that is sent as it is.
type handler func(x *exchange, who *caller) (any, *apiError)

// service is one AWS service that the server speaks for.
type service struct {
	name    string // as in the credential scope
	version string
	xmlns   string
	actions map[string]handler
}

// answer is a response that needs no wrapping.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func queryServices() []*service {
	return []*service{stsService(), iamService()}
}

// resolveQuery finds the service by the version, and the action in it. A
// request that names no action at all still belongs to STS.
func (s *Server) resolveQuery(x *exchange) (handler, *apiError) {
	action, version := x.params.values["Action"], x.params.values["Version"]
	x.call.Action = action
	x.service = s.services[0]
	if version == "" {
		version = "NO_VERSION_SPECIFIED"
	}
	for _, candidate := range s.services {
		if candidate.version == version {
			x.service = candidate
		}
	}
	x.call.Service = x.service.name
	if action == "" {
		return nil, &apiError{http.StatusBadRequest, "MissingAction", "Missing Action"}
	}
	handle := x.service.actions[action]
	if handle == nil || x.service.version != version {
		return nil, errUnknownOperation(action, version)
	}
	if x.http.URL.Path != "/" && x.http.URL.Path != "" {
		return nil, &apiError{http.StatusNotFound, "UnknownOperationException", "the path of a query request is /, not " + x.http.URL.Path}
	}
	return handle, nil
}
