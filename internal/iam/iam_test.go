package iam

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// newAccount is an empty account, listening, and its root user as a client.
// Lists come in pages of one.
func newAccount(t *testing.T) (*fakeaws.Account, *Client) {
	t.Helper()
	_, account, client := newServer(t)
	return account, client
}

// newServer is newAccount, and the server that it is on.
func newServer(t *testing.T) (*fakeaws.Server, *fakeaws.Account, *Client) {
	t.Helper()
	for _, v := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(v, "")
	}
	s := fakeaws.New()
	url, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.SetPageSize(1)
	account := s.AddAccount("123456789012")
	key := account.Root().AddAccessKey()
	c, err := New(awsapi.Endpoint{Region: "us-east-1", URL: url},
		credential.Credentials{AccessKeyID: key.ID, SecretAccessKey: credential.NewSecret(key.Secret)})
	if err != nil {
		t.Fatal(err)
	}
	return s, account, c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func got[T any](t *testing.T) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func wantReason(t *testing.T, err error, want awsapi.Reason) {
	t.Helper()
	var e *awsapi.Error
	if !errors.As(err, &e) || e.Reason != want {
		t.Fatalf("%v, wanted reason %d", err, want)
	}
}

const (
	trust     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}]}`
	something = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::50%25"}]}`
	anything  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

func TestPeople(t *testing.T) {
	_, c := newAccount(t)
	ctx := t.Context()
	_, err := c.User(ctx, "phoebe")
	wantReason(t, err, awsapi.NotThere)
	u := got[User](t)(c.CreateUser(ctx, "phoebe"))
	if again := got[User](t)(c.User(ctx, "phoebe")); again != u || u.ARN != "arn:aws:iam::123456789012:user/phoebe" || u.Path != "/" || time.Since(u.Created) > time.Minute {
		t.Errorf("%+v and %+v", u, again)
	}
	_, err = c.CreateUser(ctx, "phoebe")
	wantReason(t, err, awsapi.Exists)
	got[User](t)(c.CreateUser(ctx, "quentin"))
	if all := got[[]User](t)(c.Users(ctx)); len(all) != 2 {
		t.Errorf("%+v", all)
	}
	for _, name := range []string{"administrators", "others"} {
		got[Group](t)(c.CreateGroup(ctx, name))
		must(t, c.AddToGroup(ctx, name, "phoebe"))
	}
	must(t, c.AddToGroup(ctx, "others", "quentin"))
	g, members, err := c.Group(ctx, "others")
	must(t, err)
	if g.Name != "others" || len(members) != 2 {
		t.Errorf("%+v with %+v", g, members)
	}
	if all := got[[]Group](t)(c.Groups(ctx)); len(all) != 2 {
		t.Errorf("%+v", all)
	}
	if all := got[[]Group](t)(c.GroupsOf(ctx, "phoebe")); len(all) != 2 {
		t.Errorf("%+v", all)
	}
	wantReason(t, c.DeleteUser(ctx, "phoebe"), awsapi.InUse)
	wantReason(t, c.DeleteGroup(ctx, "others"), awsapi.InUse)
	must(t, c.RemoveFromGroup(ctx, "others", "phoebe"))
	must(t, c.RemoveFromGroup(ctx, "administrators", "phoebe"))
	must(t, c.DeleteUser(ctx, "phoebe"))
	must(t, c.DeleteGroup(ctx, "administrators"))
}

func TestRoles(t *testing.T) {
	_, c := newAccount(t)
	ctx := t.Context()
	r := got[Role](t)(c.CreateRole(ctx, NewRole{Name: "admin-mfa", Description: "for a test", Trust: trust, MaxSession: time.Hour}))
	if again := got[Role](t)(c.Role(ctx, "admin-mfa")); again != r || r.Trust != trust || r.MaxSession != time.Hour {
		t.Errorf("%+v and %+v", r, again)
	}
	got[Role](t)(c.CreateRole(ctx, NewRole{Name: "other", Trust: trust, MaxSession: 2 * time.Hour}))
	if all := got[[]Role](t)(c.Roles(ctx)); len(all) != 2 {
		t.Errorf("%+v", all)
	}
	other := strings.Replace(trust, "sts:AssumeRole", "sts:*", 1)
	must(t, c.SetTrust(ctx, "admin-mfa", other))
	must(t, c.SetMaxSession(ctx, "admin-mfa", 4*time.Hour))
	if r := got[Role](t)(c.Role(ctx, "admin-mfa")); r.Trust != other || r.MaxSession != 4*time.Hour {
		t.Errorf("%+v", r)
	}
	must(t, c.DeleteRole(ctx, "admin-mfa"))
	wantReason(t, c.DeleteRole(ctx, "admin-mfa"), awsapi.NotThere)
}

func TestPolicies(t *testing.T) {
	_, c := newAccount(t)
	ctx := t.Context()
	got[User](t)(c.CreateUser(ctx, "phoebe"))
	got[Group](t)(c.CreateGroup(ctx, "administrators"))
	got[Role](t)(c.CreateRole(ctx, NewRole{Name: "admin-mfa", Trust: trust, MaxSession: time.Hour}))
	p := got[ManagedPolicy](t)(c.CreatePolicy(ctx, "list", "for a test", something))
	if doc := got[string](t)(c.ManagedDocument(ctx, p.ARN)); doc != something {
		t.Error(doc)
	}
	for n := 1; n < VersionQuota; n++ {
		got[Version](t)(c.CreateVersion(ctx, p.ARN, anything))
	}
	_, err := c.CreateVersion(ctx, p.ARN, anything)
	wantReason(t, err, awsapi.Quota)
	must(t, c.UseVersion(ctx, p.ARN, "v1"))
	all := got[[]Version](t)(c.Versions(ctx, p.ARN))
	if len(all) != VersionQuota || all[0].ID != "v1" || !all[0].Default {
		t.Errorf("%+v", all)
	}
	wantReason(t, c.DeleteVersion(ctx, p.ARN, "v1"), awsapi.InUse)
	for _, v := range all[1:] {
		must(t, c.DeleteVersion(ctx, p.ARN, v.ID))
	}
	for _, h := range []Holder{UserNamed("phoebe"), GroupNamed("administrators"), RoleNamed("admin-mfa")} {
		must(t, c.Attach(ctx, h, p.ARN))
		must(t, c.Attach(ctx, h, "arn:aws:iam::aws:policy/AdministratorAccess"))
		if all := got[[]Attached](t)(c.Attached(ctx, h)); len(all) != 2 {
			t.Errorf("%s: %+v", h, all)
		}
		for _, name := range []string{"one", "two"} {
			must(t, c.PutInline(ctx, h, name, something))
		}
		if names := got[[]string](t)(c.Inlines(ctx, h)); len(names) != 2 {
			t.Errorf("%s: %q", h, names)
		}
		if doc := got[string](t)(c.Inline(ctx, h, "two")); doc != something {
			t.Errorf("%s: %s", h, doc)
		}
	}
	if p := got[ManagedPolicy](t)(c.ManagedPolicy(ctx, p.ARN)); p.Attached != 3 || p.Version != "v1" {
		t.Errorf("%+v", p)
	}
	wantReason(t, c.DeletePolicy(ctx, p.ARN), awsapi.InUse)
	for _, h := range []Holder{UserNamed("phoebe"), GroupNamed("administrators"), RoleNamed("admin-mfa")} {
		must(t, c.Detach(ctx, h, p.ARN))
		wantReason(t, c.Detach(ctx, h, p.ARN), awsapi.NotThere)
		must(t, c.DeleteInline(ctx, h, "two"))
		_, err := c.Inline(ctx, h, "two")
		wantReason(t, err, awsapi.NotThere)
	}
	if all := got[[]ManagedPolicy](t)(c.ManagedPolicies(ctx)); len(all) != 1 || all[0].Name != "list" {
		t.Errorf("%+v", all)
	}
	must(t, c.DeletePolicy(ctx, p.ARN))
}

func TestDevices(t *testing.T) {
	account, c := newAccount(t)
	ctx := t.Context()
	got[User](t)(c.CreateUser(ctx, "phoebe"))
	d := got[NewDevice](t)(c.CreateVirtualMFADevice(ctx, "phoebe"))
	if d.Serial != "arn:aws:iam::123456789012:mfa/phoebe" || strings.Contains(d.Seed.String(), d.Seed.Reveal()) {
		t.Errorf("%+v", d)
	}
	_, err := c.CreateVirtualMFADevice(ctx, "phoebe")
	wantReason(t, err, awsapi.Exists)
	app := &fakeaws.MFADevice{Seed: d.Seed.Reveal()}
	now := time.Now()
	before, code := credential.NewSecret(app.CodeAt(now.Add(-30*time.Second))), credential.NewSecret(app.CodeAt(now))
	wantReason(t, c.EnableMFADevice(ctx, "phoebe", d.Serial, code, before), awsapi.WrongCode)
	must(t, c.EnableMFADevice(ctx, "phoebe", d.Serial, before, code))
	wantReason(t, c.ResyncMFADevice(ctx, "phoebe", d.Serial, before, code), awsapi.WrongCode)
	got[NewDevice](t)(c.CreateVirtualMFADevice(ctx, "nobody"))
	account.Root().EnableMFA("")
	account.User("phoebe").AddSecurityKey("key")
	if all := got[[]MFADevice](t)(c.VirtualMFADevices(ctx, false)); len(all) != 3 || !hasOwners(all, "phoebe", "root", "") {
		t.Errorf("%+v", all)
	}
	if all := got[[]MFADevice](t)(c.VirtualMFADevices(ctx, true)); len(all) != 1 || all[0].User != "" || !all[0].Enabled.IsZero() {
		t.Errorf("%+v", all)
	}
	all := got[[]MFADevice](t)(c.MFADevices(ctx, "phoebe"))
	if len(all) != 2 || all[0].HasCodes() == all[1].HasCodes() {
		t.Errorf("%+v", all)
	}
	wantReason(t, c.DeleteVirtualMFADevice(ctx, d.Serial), awsapi.InUse)
	must(t, c.DeactivateMFADevice(ctx, "phoebe", d.Serial))
	must(t, c.DeleteVirtualMFADevice(ctx, d.Serial))
}

// hasOwners reports whether each of the devices has another one of the owners.
func hasOwners(devices []MFADevice, owners ...string) bool {
	left := map[string]bool{}
	for _, o := range owners {
		left[o] = true
	}
	for _, d := range devices {
		delete(left, d.User)
	}
	return len(left) == 0
}

func TestAccount(t *testing.T) {
	account, c := newAccount(t)
	ctx := t.Context()
	got[User](t)(c.CreateUser(ctx, "phoebe"))
	if s := got[Summary](t)(c.Summary(ctx)); s != (Summary{RootKeys: true, Users: 1}) {
		t.Errorf("%+v", s)
	}
	account.Root().EnableMFA("")
	if s := got[Summary](t)(c.Summary(ctx)); !s.RootMFA {
		t.Errorf("%+v", s)
	}
	_, err := c.LoginProfile(ctx, "phoebe")
	wantReason(t, err, awsapi.NotThere)
	must(t, c.CreateLoginProfile(ctx, "phoebe", credential.NewSecret("correct horse Battery 9!")))
	if l := got[LoginProfile](t)(c.LoginProfile(ctx, "phoebe")); !l.MustChange {
		t.Errorf("%+v", l)
	}
	must(t, c.DeleteLoginProfile(ctx, "phoebe"))
	if all := got[[]string](t)(c.Aliases(ctx)); len(all) != 0 {
		t.Errorf("%q", all)
	}
}

func TestDocument(t *testing.T) {
	for in, want := range map[string]string{
		something:                              something, // as some servers answer
		"%7B%22a%22%3A%20%22b%2Bc%2520d%22%7D": `{"a": "b+c%20d"}`,
		"":                                     "",
	} {
		if out := document(&in); out != want {
			t.Errorf("%q is %q", in, out)
		}
	}
}

// TestNewKeyIsWellFormed: what would add a line to a file or a variable is no key.
func TestNewKeyIsWellFormed(t *testing.T) {
	s, account, c := newServer(t)
	account.AddUser("phoebe")
	for _, field := range []string{"AccessKeyId", "SecretAccessKey"} {
		for _, text := range []string{"&#10;x", "&#13;", " x", "&#x2019;"} {
			must(t, s.AddFault(fakeaws.Fault{Kind: fakeaws.FaultAlias, Action: "CreateAccessKey", Name: "</" + field + ">", Alias: text + "</" + field + ">"}))
			_, err := c.CreateKey(t.Context(), "phoebe")
			wantReason(t, err, awsapi.Garbled)
			for _, key := range got[[]Key](t)(c.Keys(t.Context(), "phoebe")) {
				must(t, c.DeleteKey(t.Context(), "phoebe", key.ID))
			}
		}
	}
}

// TestNewThingsAreWellFormed: what would add a line to a file, or to an answer to Git, is
// neither device nor password.
func TestNewThingsAreWellFormed(t *testing.T) {
	s, account, c := newServer(t)
	account.AddUser("phoebe")
	for _, spoiled := range [][2]string{{"</SerialNumber>", "&#10;</SerialNumber>"}, {"</Base32StringSeed>", "Cg==</Base32StringSeed>"}} {
		must(t, s.AddFault(fakeaws.Fault{Kind: fakeaws.FaultAlias, Action: "CreateVirtualMFADevice", Name: spoiled[0], Alias: spoiled[1]}))
		_, err := c.CreateVirtualMFADevice(t.Context(), "device"+spoiled[0][2:5])
		wantReason(t, err, awsapi.Garbled)
	}
	for _, field := range []string{"</ServiceUserName>", "</ServicePassword>"} {
		must(t, s.AddFault(fakeaws.Fault{Kind: fakeaws.FaultAlias, Action: "CreateServiceSpecificCredential", Name: field, Alias: "&#10;host=evil" + field}))
		_, _, err := c.CreateServiceCredential(t.Context(), "phoebe", "codecommit.amazonaws.com")
		wantReason(t, err, awsapi.Garbled)
		for _, p := range got[[]ServiceCredential](t)(c.ServiceCredentials(t.Context(), "phoebe", "")) {
			must(t, c.DeleteServiceCredential(t.Context(), "phoebe", p.ID))
		}
	}
}

// TestListsEnd: what answers may say of each page that there is another one.
func TestListsEnd(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		action := r.FormValue("Action")
		fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult><IsTruncated>true</IsTruncated><Marker>m</Marker></%[1]sResult></%[1]sResponse>", action)
	}))
	defer s.Close()
	c, err := New(awsapi.Endpoint{Region: "us-east-1", URL: s.URL}, credential.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: credential.NewSecret("x")})
	must(t, err)
	_, err = c.Keys(t.Context(), "phoebe")
	wantReason(t, err, awsapi.Garbled)
	_, err = c.Users(t.Context())
	wantReason(t, err, awsapi.Garbled)
	_, err = c.ServiceCredentials(t.Context(), "phoebe", "")
	wantReason(t, err, awsapi.Garbled)
}
