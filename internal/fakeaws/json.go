package fakeaws

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// The corners of two services that speak JSON: what a registry's password and an encrypted
// file need.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html

// jsonServices are the actions of each, by the name in X-Amz-Target.
var jsonServices = map[string]struct {
	service string
	actions map[string]func(x *exchange, in map[string]any) (any, *apiError)
}{
	"AmazonEC2ContainerRegistry_V20150921": {"ecr", map[string]func(*exchange, map[string]any) (any, *apiError){
		"GetAuthorizationToken": (*exchange).authorizationToken,
	}},
	"TrentService": {"kms", map[string]func(*exchange, map[string]any) (any, *apiError){
		"Encrypt": (*exchange).encrypt, "Decrypt": (*exchange).decrypt,
	}},
}

func isJSON(r *http.Request) bool { return r.Header.Get("X-Amz-Target") != "" }

// resolveJSON finds the service and the action by the header.
func (s *Server) resolveJSON(x *exchange) (handler, *apiError) {
	target, action, _ := strings.Cut(x.http.Header.Get("X-Amz-Target"), ".")
	known := jsonServices[target]
	x.service = &service{name: known.service}
	x.call.Service, x.call.Action = known.service, action
	do := known.actions[action]
	if do == nil {
		return nil, &apiError{http.StatusBadRequest, "UnknownOperationException", "this fake does not know " + target + "." + action}
	}
	return func(x *exchange, who *caller) (any, *apiError) {
		if permission := known.service + ":" + action; x.whyNot(who, x.question(who, permission, "*")) != "" {
			return nil, errNotAuthorized(who.arn(), permission, "*")
		}
		in := map[string]any{}
		if err := json.Unmarshal(x.body, &in); err != nil {
			return nil, &apiError{http.StatusBadRequest, "SerializationException", "The request is not JSON."}
		}
		out, refused := do(x, in)
		if refused != nil {
			return nil, refused
		}
		return renderJSON(http.StatusOK, out), nil
	}, nil
}

func renderJSON(status int, what any) *answer {
	body, err := json.Marshal(what)
	if err != nil {
		panic("fakeaws: " + err.Error()) // strings and numbers always marshal
	}
	return &answer{status: status, header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, body: body}
}

// authorizationToken is a password of the registry, of no use: there is no registry.
func (x *exchange) authorizationToken(map[string]any) (any, *apiError) {
	return map[string]any{"authorizationData": []any{map[string]any{
		"authorizationToken": base64.StdEncoding.EncodeToString([]byte("AWS:" + newRequestID())),
		"expiresAt":          x.now.Unix() + 12*60*60,
		"proxyEndpoint":      "https://" + x.call.Account + ".dkr.ecr." + x.call.Region + ".amazonaws.com",
	}}}, nil
}

// sealed begins what encrypt answers. It hides nothing.
const sealed = "sealed:"

func (x *exchange) encrypt(in map[string]any) (any, *apiError) {
	plain, err := base64.StdEncoding.DecodeString(text(in["Plaintext"]))
	if err != nil || text(in["KeyId"]) == "" {
		return nil, errValidation("KeyId and Plaintext are required")
	}
	return map[string]string{"KeyId": text(in["KeyId"]), "CiphertextBlob": base64.StdEncoding.EncodeToString(append([]byte(sealed), plain...))}, nil
}

func (x *exchange) decrypt(in map[string]any) (any, *apiError) {
	blob, err := base64.StdEncoding.DecodeString(text(in["CiphertextBlob"]))
	plain, is := strings.CutPrefix(string(blob), sealed)
	if err != nil || !is {
		return nil, &apiError{http.StatusBadRequest, "InvalidCiphertextException", ""}
	}
	return map[string]string{"KeyId": text(in["KeyId"]), "Plaintext": base64.StdEncoding.EncodeToString([]byte(plain))}, nil
}

func text(v any) string { s, _ := v.(string); return s }
