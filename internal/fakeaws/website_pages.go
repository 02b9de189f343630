package fakeaws

import (
	"bytes"
	"html/template"
	"net/http"
	"time"
)

// pageTemplate is what a browser shows, with the facts in a form that tests find.
var pageTemplate = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>{{.Title}}</title>
<style>body{font:16px sans-serif;margin:0;background:#f4f5f6}header{background:{{.Bar}};color:#fff;padding:14px 24px;font-size:20px}
main{margin:24px;background:#fff;padding:8px 24px;border-radius:8px}dt{color:#666;margin-top:12px}dd{margin:0 0 12px;font-size:18px}</style>
<header>fake AWS console</header><main><h1>{{.Title}}</h1><p>{{.Text}}</p><dl>{{range .Facts}}<dt>{{.Name}}</dt><dd>{{.Value}}</dd>{{end}}</dl></main></html>
`))

type fact struct{ Name, Value string }

func renderPage(status int, title, text string, facts ...fact) *answer {
	bar := "#232f3e"
	if status >= 400 {
		bar = "#8c1d18"
	}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, struct {
		Title, Text, Bar string
		Facts            []fact
	}{title, text, bar, facts})
	if err != nil {
		return &answer{status: http.StatusInternalServerError, body: []byte(err.Error())}
	}
	return &answer{status: status, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, body: b.Bytes()}
}

// consolePage shows who is signed in, and which page of which console was asked for.
func consolePage(x *exchange, _ *caller) (any, *apiError) {
	in := x.cookie()
	host, _ := siteOfHost(hostOf(x.http))
	if in == nil || in.who.account.Partition != host.partition {
		return nil, &apiError{http.StatusUnauthorized, "Sign in", "Nobody is signed in."}
	}
	x.call.Principal, x.call.Account = in.who.arn(), in.who.account.ID
	return renderPage(http.StatusOK, "Signed in as "+in.who.session.role.Name+"/"+in.who.session.name, "",
		fact{"Account", in.who.account.ID}, fact{"ARN", in.who.arn()}, fact{"Page", x.http.Host + x.http.URL.RequestURI()},
		fact{"Referrer", x.http.Referer()}, fact{"Ends in", in.expires.Sub(x.now).Round(time.Minute).String()}), nil
}

// switchRole shows what a person would be asked to switch to.
func switchRole(x *exchange, _ *caller) (any, *apiError) {
	account := x.params.required("account", matching(`\d{12}`))
	role := x.params.required("roleName", matching(`[\w+=,.@/-]{1,512}`))
	display, _ := x.params.optional("displayName", length(0, 64))
	color, _ := x.params.optional("color", matching(`[0-9A-F]{6}`))
	if err := x.params.check(); err != nil {
		return nil, err
	}
	return renderPage(http.StatusOK, "Switch Role", "", fact{"Account", account}, fact{"Role", role}, fact{"Display name", display}, fact{"Color", color}), nil
}
