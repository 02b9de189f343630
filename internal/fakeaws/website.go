package fakeaws

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// website is the service that browsers visit: the sign-in service with its federation
// endpoint, and a console that shows who is signed in.
const website = "signin"

// site is the website of one partition.
type site struct{ partition, signIn, console, cookies string }

// websites are the hosts of each partition, and the domain that their cookies are for.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
func websites() []site {
	return []site{
		{"aws", "signin.aws.amazon.com", "console.aws.amazon.com", "aws.amazon.com"},
		{"aws-cn", "signin.amazonaws.cn", "console.amazonaws.cn", "amazonaws.cn"},
		{"aws-us-gov", "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com", "amazonaws-us-gov.com"},
		{"aws-eusc", "signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu", "amazonaws-eusc.eu"},
	}
}

// hostOf returns the host that a request is for, without the port.
func hostOf(r *http.Request) string {
	host := strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return host
}

func isOrBelow(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// siteOfHost returns the website that a host belongs to, and whether it is the console.
// A host that is none of AWS's has no partition and stands for all.
func siteOfHost(host string) (found site, console bool) {
	for _, s := range websites() {
		if isOrBelow(host, s.signIn) || isOrBelow(host, s.console) {
			return s, isOrBelow(host, s.console)
		}
	}
	return site{}, false
}

// isWebsite goes by the host, and for a host that is none of AWS's by the path.
func isWebsite(r *http.Request) bool {
	if s, _ := siteOfHost(hostOf(r)); s.partition != "" {
		return true
	}
	switch r.URL.Path {
	case "/federation", "/oauth", "/switchrole":
		return true
	}
	return false
}

func (s *Server) resolveWebsite(x *exchange) (handler, *apiError) {
	x.service = &service{name: website}
	x.call.Service = website
	p, err := parseParams(x.http, x.body)
	x.params = p
	action := p.values["Action"]
	var handle handler
	switch _, console := siteOfHost(hostOf(x.http)); {
	case console:
		x.call.Action, handle = "ConsolePage", consolePage
	case x.http.URL.Path == "/federation" && action == "getSigninToken":
		x.call.Action, handle = "GetSigninToken", getSigninToken
	case x.http.URL.Path == "/federation" && action == "login":
		x.call.Action, handle = "ConsoleLogin", consoleLogin
	case x.http.URL.Path == "/oauth" && action == "logout":
		x.call.Action, handle = "ConsoleLogout", consoleLogout
	case x.http.URL.Path == "/switchrole":
		x.call.Action, handle = "SwitchRole", switchRole
	default:
		return nil, badRequest("there is no such page")
	}
	s.noteParams(x.call, p)
	if x.call.Action == "ConsolePage" {
		x.call.Params["Path"] = x.http.URL.Path
		return handle, nil // the console takes any
	}
	return handle, err
}

// badRequest is the one answer that the sign-in service has for what it does not take.
func badRequest(message string) *apiError {
	return &apiError{http.StatusBadRequest, "Bad Request", message}
}

// leadsTo reports whether a link leads to one of the hosts that a test allows.
func leadsTo(link string, allowed func(host string) bool) bool {
	u, err := url.Parse(link)
	return err == nil && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && net.ParseIP(u.Hostname()) != nil) && allowed(u.Hostname())
}
