package fakeaws

import (
	"fmt"
	"testing"
)

func trustFor(principals string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":` + principals + `},"Action":"sts:AssumeRole"}}`
}

// Who may assume a role, by what its trust policy says and by what the
// caller's own policies say.
func TestTrustAndIdentity(t *testing.T) {
	const none, allow, deny = "", "Allow", "Deny"
	const home, abroad = "123456789012", "210987654321"
	const me = `"arn:aws:iam::123456789012:user/me"`
	const conditional = `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},` +
		`{"Effect":"Deny","Principal":{"AWS":"123456789012"},"Action":"sts:*","Condition":{"StringLike":{"sts:RoleSessionName":"bad*"}}}]}`
	tests := []struct {
		account, trust, identity string
		session                  string
		want                     bool
	}{
		{home, trustFor(me), none, "ok", true},
		{home, trustFor(me), deny, "ok", false},
		{home, trustFor(`"*"`), none, "ok", true},
		{home, trustFor(`"123456789012"`), none, "ok", false},
		{home, trustFor(`"123456789012"`), allow, "ok", true},
		{home, trustFor(`"arn:aws:iam::123456789012:root"`), none, "ok", false},
		{home, trustFor(`"arn:aws:iam::123456789012:root"`), allow, "ok", true},
		{home, trustFor(`["210987654321",` + me + `]`), none, "ok", true},
		{home, trustFor(`"210987654321"`), allow, "ok", false},
		{home, trustFor(`"arn:aws:iam::123456789012:user/phoebe"`), allow, "ok", false},
		{home, conditional, none, "ok", true},
		{home, conditional, allow, "bad-name", false},
		{abroad, trustFor(me), none, "ok", false},
		{abroad, trustFor(me), allow, "ok", true},
		{abroad, trustFor(`"123456789012"`), allow, "ok", true},
		{abroad, trustFor(`"210987654321"`), allow, "ok", false},
		{abroad, trustFor(`"*"`), none, "ok", false},
		{home, `{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`, allow, "ok", false},
	}
	for i, tt := range tests {
		w := NewStandard()
		u := w.Account.AddUser("me")
		w.Server.AddAccount(abroad)
		role, err := w.Server.AddAccount(tt.account).AddRole("r", tt.trust)
		if err != nil {
			t.Fatal(err)
		}
		if tt.identity != none {
			policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":%q,"Action":"sts:AssumeRole","Resource":%q}}`, tt.identity, role.ARN())
			if err := u.PutPolicy("p", policy); err != nil {
				t.Fatal(err)
			}
		}
		got := clientOf(t, w.Server, u.AddAccessKey()).call("AssumeRole", "RoleArn", role.ARN(), "RoleSessionName", tt.session)
		if tt.want {
			if got.Status != 200 {
				t.Errorf("%d: %s %s", i, got.Code, got.Message)
			}
			continue
		}
		got.wantError(t, 403, "AccessDenied", "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:AssumeRole on resource: "+role.ARN())
	}
}

func TestPrincipalIsBoundToTheEntityNotToItsName(t *testing.T) {
	w := NewStandard()
	old := w.Account.AddUser("me")
	role, err := w.Account.AddRole("r", trustFor(`"arn:aws:iam::123456789012:user/me"`))
	if err != nil {
		t.Fatal(err)
	}
	call := func(u *User) reply {
		return clientOf(t, w.Server, u.AddAccessKey()).call("AssumeRole", "RoleArn", role.ARN(), "RoleSessionName", "me")
	}
	call(old).wantOK(t)
	old.Delete()
	call(w.Account.AddUser("me")).wantError(t, 403, "AccessDenied", "")
}
