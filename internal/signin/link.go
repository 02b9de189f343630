package signin

import (
	"net/url"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Link returns the link that signs a browser in and leads it to a page. It is a secret:
// whoever opens it within 15 minutes is signed in.
func (s Site) Link(token credential.Secret, page string) credential.Secret {
	query := url.Values{"Action": {"login"}, "Destination": {page}, "SigninToken": {token.Reveal()}}
	return credential.NewSecret(s.SignIn + "/federation?" + query.Encode())
}

// SignOutFirst returns a link that signs the browser out and then follows another one.
func (s Site) SignOutFirst(link credential.Secret) credential.Secret {
	query := url.Values{"Action": {"logout"}, "redirect_uri": {link.Reveal()}}
	return credential.NewSecret(s.SignIn + "/oauth?" + query.Encode())
}

// Role is what the console shows of a role that a person switches to.
type Role struct {
	Account string // its number
	Name    string // with the path, without a slash before it
	Display string // in the console's bar, at most 64 characters
	Color   string // one of Colors, or empty
}

// Colors are those of a role in the console's bar, by AWS's own numbers for them.
var Colors = map[string]string{"red": "F2B0A9", "orange": "FBBF93", "yellow": "FAD791", "green": "B7CA9D", "blue": "99BCE3"}

// SwitchRole returns the page on which a person who is signed in with a password
// switches to a role. There is nothing secret in it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-console.html
func (s Site) SwitchRole(r Role) string {
	query := url.Values{"account": {r.Account}, "roleName": {r.Name}, "displayName": {cut(r.Display, 64)}}
	if color := Colors[r.Color]; color != "" {
		query.Set("color", color)
	}
	return s.SignIn + "/switchrole?" + query.Encode()
}

func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
