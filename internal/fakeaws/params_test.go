package fakeaws

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestQueryProtocol(t *testing.T) {
	w := NewStandard()
	c := clientOf(t, w.Server, w.Key)
	c.call("NoSuchThing").wantError(t, 400, "InvalidAction", "Could not find operation NoSuchThing for version 2011-06-15")
	c.call("GetCallerIdentity", "Version", "2010-05-08").wantError(t, 400, "InvalidAction", "Could not find operation GetCallerIdentity for version 2010-05-08")
	c.call("GetCallerIdentity", "Version", "1999-01-01").wantError(t, 400, "InvalidAction", "for version 1999-01-01")
	c.call("").wantError(t, 400, "MissingAction", "Missing Action")
	c.call("GetCallerIdentity", "Colour", "red").wantError(t, 400, "UnknownParameter", "Colour")

	get := httptest.NewRequest("GET", "http://127.0.0.1:1/?Action=GetCallerIdentity&Version=2011-06-15", nil)
	c.send(get, "").wantOK(t)
	get = httptest.NewRequest("GET", "http://127.0.0.1:1/?Action=GetCallerIdentity", nil)
	c.send(get, "").wantError(t, 400, "InvalidAction", "NO_VERSION_SPECIFIED")
	get = httptest.NewRequest("GET", "http://127.0.0.1:1/deep?Action=GetCallerIdentity&Version=2011-06-15", nil)
	get.RequestURI = "/deep?Action=GetCallerIdentity&Version=2011-06-15"
	c.send(get, "").wantError(t, 404, "UnknownOperationException", "/deep")

	for _, body := range []string{
		"Action=GetCallerIdentity&Action=GetCallerIdentity&Version=2011-06-15",
		"Action=GetCallerIdentity&Version=2011-06-15&A=%zz",
	} {
		r := httptest.NewRequest("POST", "http://127.0.0.1:1/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		c.send(r, body).wantError(t, 400, "MalformedQueryString", "")
	}
	body := "Action=GetCallerIdentity&Version=2011-06-15"
	r := httptest.NewRequest("POST", "http://127.0.0.1:1/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	c.send(r, body).wantError(t, 400, "MalformedQueryString", "application/json")
}
