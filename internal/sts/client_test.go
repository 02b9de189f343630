package sts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// bench is the standard account, listening, and a client of it.
type bench struct {
	*fakeaws.Standard
	client *Client
	key    credential.Credentials
}

func newBench(t *testing.T) *bench {
	t.Helper()
	for _, v := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(v, "")
	}
	w := fakeaws.NewStandard()
	url, err := w.Server.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Server.Close)
	return &bench{w, newClient(t, awsapi.Endpoint{Region: "eu-central-1", URL: url}), keyOf(w.Key)}
}

func newClient(t *testing.T, e awsapi.Endpoint) *Client {
	t.Helper()
	c, err := New(e)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func keyOf(k *fakeaws.AccessKey) credential.Credentials {
	return credential.Credentials{AccessKeyID: k.ID, SecretAccessKey: credential.NewSecret(k.Secret)}
}

func (b *bench) mfa(code string) MFA {
	return MFA{Serial: b.Device.Serial, Code: credential.NewSecret(code)}
}

func (b *bench) role() Role { return Role{ARN: b.Role.ARN(), SessionName: "phoebe"} }

func (b *bench) assume(mfa MFA) (credential.Credentials, error) {
	return b.client.AssumeRole(context.Background(), b.key, b.role(), mfa)
}

func TestAssumeRole(t *testing.T) {
	b := newBench(t)
	s, err := b.assume(b.mfa(b.Device.Code()))
	if err != nil {
		t.Fatal(err)
	}
	if s.AccountID != "123456789012" || s.Expiration.Nanosecond() != 0 || s.Expiration.Location() != time.UTC {
		t.Errorf("got %+v", s)
	}
	if left := time.Until(s.Expiration); left < 59*time.Minute || left > 61*time.Minute {
		t.Errorf("%v left", left)
	}
	who, err := b.client.CallerIdentity(context.Background(), s)
	if err != nil || who.ARN != "arn:aws:sts::123456789012:assumed-role/admin-mfa/phoebe" {
		t.Errorf("the session is %+v, %v", who, err)
	}
}

func TestSessionToken(t *testing.T) {
	b := newBench(t)
	s, err := b.client.SessionToken(context.Background(), b.key, 15*time.Minute, b.mfa(b.Device.Code()))
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(s.Expiration); left > 16*time.Minute {
		t.Errorf("%v left", left)
	}
	// Its MFA carries over to a role.
	if _, err := b.client.AssumeRole(context.Background(), s, b.role(), MFA{}); err != nil {
		t.Error(err)
	}
}

// Each of AWS's refusals is told from the others.
func TestReasons(t *testing.T) {
	const unknown = "AKIAUNKNOWNUNKNOWN99"
	for _, tt := range []struct {
		name   string
		reason awsapi.Reason
		ask    func(*bench) error
	}{
		{"wrong code", awsapi.WrongCode, func(b *bench) error {
			_, err := b.assume(b.mfa(otherThan(b.Device.Code(), b.Device.NextCode())))
			return err
		}},
		{"code used before", awsapi.WrongCode, func(b *bench) error {
			code := b.Device.Code()
			if _, err := b.assume(b.mfa(code)); err != nil {
				return err
			}
			_, err := b.assume(b.mfa(code))
			return err
		}},
		{"no such device", awsapi.WrongDevice, func(b *bench) error {
			_, err := b.assume(MFA{Serial: b.Device.Serial + "2", Code: credential.NewSecret("123456")})
			return err
		}},
		{"no MFA at all", awsapi.Denied, func(b *bench) error { _, err := b.assume(MFA{}); return err }},
		{"no such role", awsapi.Denied, func(b *bench) error {
			_, err := b.client.AssumeRole(context.Background(), b.key, Role{ARN: b.Role.ARN() + "2", SessionName: "phoebe"}, b.mfa(b.Device.Code()))
			return err
		}},
		{"root", awsapi.RootKey, func(b *bench) error {
			_, err := b.client.AssumeRole(context.Background(), keyOf(b.Account.Root().AddAccessKey()), b.role(), MFA{})
			return err
		}},
		{"too long", awsapi.TooLong, func(b *bench) error {
			r := b.role()
			r.Duration = 2 * time.Hour
			_, err := b.client.AssumeRole(context.Background(), b.key, r, b.mfa(b.Device.Code()))
			return err
		}},
		{"too long for a chain", awsapi.ChainTooLong, func(b *bench) error {
			long, err := b.Account.AddRole("long", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
				"Principal":{"AWS":"`+b.Account.ID+`"},"Action":"sts:AssumeRole"}]}`)
			if err != nil {
				return err
			}
			if err := long.SetMaxSessionDuration(12 * time.Hour); err != nil {
				return err
			}
			s, err := b.assume(b.mfa(b.Device.Code()))
			if err != nil {
				return err
			}
			_, err = b.client.AssumeRole(context.Background(), s, Role{ARN: long.ARN(), SessionName: "phoebe", Duration: 2 * time.Hour}, MFA{})
			return err
		}},
		{"policy and tags too large", awsapi.PolicyTooLarge, func(b *bench) error {
			r := b.role()
			for i := range 30 {
				r.Tags = append(r.Tags, Tag{fmt.Sprint("tag", i), strings.Repeat("x", 250)})
			}
			_, err := b.client.AssumeRole(context.Background(), b.key, r, b.mfa(b.Device.Code()))
			return err
		}},
		{"no policy", awsapi.BadPolicy, func(b *bench) error {
			r := b.role()
			r.Policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps"}]}`
			_, err := b.client.AssumeRole(context.Background(), b.key, r, b.mfa(b.Device.Code()))
			return err
		}},
		{"no such managed policy", awsapi.BadPolicy, func(b *bench) error {
			r := b.role()
			r.PolicyARNs = []string{"arn:aws:iam::123456789012:policy/none"}
			_, err := b.client.AssumeRole(context.Background(), b.key, r, b.mfa(b.Device.Code()))
			return err
		}},
		{"tags that contradict", awsapi.BadTags, func(b *bench) error {
			r := b.role()
			r.Tags = []Tag{{"Team", "a"}, {"team", "b"}}
			_, err := b.client.AssumeRole(context.Background(), b.key, r, b.mfa(b.Device.Code()))
			return err
		}},
		{"unknown key", awsapi.UnknownKey, func(b *bench) error {
			b.key.AccessKeyID = unknown
			_, err := b.client.CallerIdentity(context.Background(), b.key)
			return err
		}},
		{"inactive key", awsapi.UnknownKey, func(b *bench) error { b.Key.Deactivate(); _, err := b.assume(MFA{}); return err }},
		{"wrong secret", awsapi.WrongSecret, func(b *bench) error {
			b.key.SecretAccessKey = credential.NewSecret("wrong")
			_, err := b.assume(b.mfa(b.Device.Code()))
			return err
		}},
		{"session over", awsapi.ExpiredToken, func(b *bench) error {
			b.Server.SetSessionLife(time.Second)
			s, err := b.assume(b.mfa(b.Device.Code()))
			if err != nil {
				return err
			}
			b.Server.Advance(2 * time.Second)
			_, err = b.client.CallerIdentity(context.Background(), s)
			return err
		}},
		{"region switched off", awsapi.RegionDisabled, func(b *bench) error {
			b.Server.DisableRegion("eu-central-1")
			_, err := b.assume(b.mfa(b.Device.Code()))
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			var e *awsapi.Error
			if err := tt.ask(b); !errors.As(err, &e) || e.Reason != tt.reason {
				t.Errorf("got %#v, want reason %d", err, tt.reason)
			} else if !e.Sent {
				t.Error("AWS answered, and the request counts as unsent")
			}
		})
	}
}

// otherThan gives six digits that are no code of the device.
func otherThan(codes ...string) string {
	for i := 0; ; i++ {
		candidate := fmt.Sprintf("%06d", i)
		if !strings.Contains(strings.Join(codes, " "), candidate) {
			return candidate
		}
	}
}

// What carries a code is sent once, whatever happens; what does not is tried again.
func TestRepeating(t *testing.T) {
	for _, tt := range []struct {
		kind   fakeaws.FaultKind
		reason awsapi.Reason
	}{
		{fakeaws.FaultThrottle, awsapi.Throttled},
		{fakeaws.FaultUnavailable, awsapi.Failing},
		{fakeaws.FaultDropAfter, awsapi.Unreachable},
		{fakeaws.FaultDropBefore, awsapi.Unreachable},
		{fakeaws.FaultTruncate, awsapi.Unreachable},
	} {
		t.Run(string(tt.kind), func(t *testing.T) {
			b := newBench(t)
			fault := func(action string) {
				if err := b.Server.AddFault(fakeaws.Fault{Action: action, Kind: tt.kind}); err != nil {
					t.Fatal(err)
				}
			}
			fault("AssumeRole")
			_, err := b.assume(b.mfa(b.Device.Code()))
			var e *awsapi.Error
			if !errors.As(err, &e) || e.Reason != tt.reason || !e.Sent {
				t.Errorf("with a code: %#v", err)
			}
			if n := len(b.Server.Calls("AssumeRole")); n != 1 {
				t.Errorf("a code was sent %d times", n)
			}
			fault("GetCallerIdentity")
			if _, err := b.client.CallerIdentity(context.Background(), b.key); err != nil {
				t.Errorf("without a code: %v", err)
			}
			if n := len(b.Server.Calls("GetCallerIdentity")); n != 2 {
				t.Errorf("asked %d times, want 2", n)
			}
		})
	}
}

func TestOddAnswers(t *testing.T) {
	for _, tt := range []struct {
		fault  fakeaws.Fault
		reason awsapi.Reason
	}{
		{fakeaws.Fault{Kind: fakeaws.FaultGarbage}, awsapi.Garbled},
		{fakeaws.Fault{Kind: fakeaws.FaultRedirect, Location: "http://127.0.0.1:1/"}, awsapi.Redirected},
	} {
		b := newBench(t)
		tt.fault.Action = "AssumeRole"
		if err := b.Server.AddFault(tt.fault); err != nil {
			t.Fatal(err)
		}
		s, err := b.assume(b.mfa(b.Device.Code()))
		var e *awsapi.Error
		if !errors.As(err, &e) || e.Reason != tt.reason {
			t.Errorf("%s: %+v, %v", tt.fault.Kind, s, err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	b := newBench(t)
	b.Server.Close()
	_, err := b.assume(b.mfa("123456"))
	var e *awsapi.Error
	if !errors.As(err, &e) || e.Reason != awsapi.Unreachable || e.Sent {
		t.Errorf("got %#v", err)
	}
}

func TestCABundle(t *testing.T) {
	w := fakeaws.NewStandard()
	url, pem, err := w.Server.StartTLS()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Server.Close()
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := newClient(t, awsapi.Endpoint{Region: "us-east-1", URL: url, CABundle: bundle}).CallerIdentity(ctx, keyOf(w.Key)); err != nil {
		t.Errorf("with the bundle: %v", err)
	}
	var e *awsapi.Error
	_, err = newClient(t, awsapi.Endpoint{Region: "us-east-1", URL: url}).CallerIdentity(ctx, keyOf(w.Key))
	if !errors.As(err, &e) || e.Reason != awsapi.Unreachable {
		t.Errorf("without it: %v", err)
	}
	for _, bad := range []string{bundle + "2", url} {
		if _, err := New(awsapi.Endpoint{CABundle: bad}); !errors.As(err, &e) || e.Reason != awsapi.BadEndpoint {
			t.Errorf("bundle %q: %v", bad, err)
		}
	}
}

func TestIdentity(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:iam::123456789012:user/phoebe":               "phoebe",
		"arn:aws:iam::123456789012:user/staff/ops/phoebe":     "phoebe",
		"arn:aws:iam::123456789012:root":                      "",
		"arn:aws:sts::123456789012:assumed-role/admin/phoebe": "",
	} {
		if got := (Identity{ARN: arn}).UserName(); got != want {
			t.Errorf("%s: %q", arn, got)
		}
	}
	if !(Identity{ARN: "arn:aws:iam::123456789012:root"}).IsRoot() {
		t.Error("root is not root")
	}
}

// TestClockOffset takes no key: AWS dates its refusal.
func TestClockOffset(t *testing.T) {
	for _, ahead := range []time.Duration{0, 3 * time.Minute, -2 * time.Hour} {
		w := fakeaws.NewStandard()
		url, err := w.Server.Start()
		if err != nil {
			t.Fatal(err)
		}
		w.Server.Advance(-ahead)
		client, err := New(awsapi.Endpoint{Region: "eu-central-1", URL: url})
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.ClockOffset(context.Background())
		if err != nil || (got-ahead).Abs() > 5*time.Second {
			t.Errorf("%s: got %s, %v", ahead, got, err)
		}
		w.Server.Close()
		if _, err := client.ClockOffset(context.Background()); err == nil {
			t.Error("nobody answered, and there is an offset")
		}
	}
}
