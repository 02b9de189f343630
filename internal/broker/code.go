package broker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

// tries is how many codes AWS is sent for one question, and slips how many more a person
// may mistype: an endless row of them comes from no person.
const (
	tries = 3
	slips = 20
)

// codeStep is the life of a TOTP code (RFC 6238; AWS's devices use 30 s).
const codeStep = 30 * time.Second

// withCode gets an MFA code from the first source that has one and calls use
// with it. A person may correct a wrong code; other sources are not repeated.
func (r *request) withCode(ctx context.Context, use func(credential.Secret) (credential.Credentials, error)) (credential.Credentials, error) {
	r.coded = r.takesCode()
	use = r.retryWhileUnknown(ctx, use)
	switch {
	case !r.coded:
		r.run.Debug("code: none is needed, the profile has no MFA device")
		creds, err := use(credential.Secret{})
		return creds, r.target.Failure(err)
	case r.want.ByPerson:
		return r.askPerson(ctx, r.actor.Asker.ways, "", use)
	}
	if code := r.run.takeCode(); !code.IsEmpty() {
		r.run.Debug("code: from --mfa-code")
		creds, err := r.sendGivenCode(code, use)
		if err == nil {
			r.run.noteConsent(r.target)
		}
		return creds, err
	}
	return r.codeFromAny(ctx, use)
}

// sendGivenCode sends a code that nobody is there to correct.
func (r *request) sendGivenCode(code credential.Secret, use func(credential.Secret) (credential.Credentials, error)) (credential.Credentials, error) {
	if r.actor.isSpent(code) {
		return credential.Credentials{}, failure.New(failure.Refused, "this MFA code was already used, and AWS accepts each code only once").
			Hint("wait up to 30 seconds for the next code of the device")
	}
	creds, err := r.sendCode(code, use)
	return creds, r.target.Failure(err)
}

// sendCode notes a code as used and then calls use, which sends it: even after a kill
// the same digits do not go out a second time. The note is taken back if AWS never saw
// the request, or threw it away for its signature.
func (r *request) sendCode(code credential.Secret, use func(credential.Secret) (credential.Credentials, error)) (credential.Credentials, error) {
	_ = r.actor.Cache.UseCode(r.target.Profile.MFASerial, code.Reveal(), time.Now())
	r.run.sent = append(r.run.sent, code)
	creds, err := use(code)
	var e *awsapi.Error
	if errors.As(err, &e) && (!e.Sent || e.Reason == awsapi.ClockWrong || e.Reason == awsapi.WrongSecret) {
		_ = r.actor.Cache.KeepCode(r.target.Profile.MFASerial, code.Reveal(), time.Now())
		r.run.sent = r.run.sent[:len(r.run.sent)-1]
	}
	return creds, err
}

// askPerson asks a person for a code in one of the ways, and calls use with it: with
// three codes at most, of which AWS takes none. before is shown first; it says why sources gave no code.
func (r *request) askPerson(ctx context.Context, ways prompt.Ways, before string, use func(credential.Secret) (credential.Credentials, error)) (credential.Credentials, error) {
	t, err := r.actor.Asker.openOne(ctx, ways)
	if err != nil {
		return credential.Credentials{}, questionFailure(err, r.target)
	}
	r.asked = true
	t.Begin(r.introduction() + before)
	var last error
	for sent, slipped := 0, 0; sent < tries && slipped <= slips; {
		answer, err := t.Line(ctx, r.question(ctx))
		if err != nil {
			return credential.Credentials{}, questionFailure(err, r.target)
		}
		code, ok := prompt.Code(answer)
		switch {
		case !ok:
			slipped++
			last = failure.New(failure.NeedPerson, "an MFA code has six digits").Hint("run: %s", failure.LoginCommand(r.target.Profile))
		case r.actor.isSpent(credential.NewSecret(code)):
			slipped++
			last = failure.New(failure.Refused, "this MFA code was already used, and AWS accepts each code only once").
				Hint("wait for the next code of the device, then run: %s", failure.LoginCommand(r.target.Profile))
		default:
			sent++
			creds, err := r.sendCode(credential.NewSecret(code), use)
			if err == nil {
				r.run.noteConsent(r.target)
				return creds, nil
			}
			if last = r.target.Failure(err); !correctable(err) {
				return creds, last
			}
		}
		if sent < tries && slipped <= slips {
			more := ""
			if sent > 0 {
				more = "; " + say.Count(tries-sent, "try", "tries") + " left"
			}
			t.Print(fmt.Sprintf("%v%s\n", last, more))
		}
	}
	return credential.Credentials{}, last
}

// correctable reports whether another code may do what this one did not.
func correctable(err error) bool {
	var e *awsapi.Error
	return errors.As(err, &e) && e.Reason == awsapi.WrongCode
}

// introduction says what is asked for, and by whom. The names of the caller and of its
// directory come last: others chose them.
func (r *request) introduction() string {
	var b strings.Builder
	b.WriteString(r.target.Describe() + "\n")
	if who := prompt.OtherCaller(); who != "" {
		b.WriteString("asked for by " + who + "\n")
	}
	if !r.target.Endpoint.IsAWS("sts") {
		say.Fprintf(&b, "the code goes to %s, which is not AWS's own address\n", r.target.Endpoint.URL)
	}
	if r.run.Limits == CallerLimits {
		say.Fprintf(&b, "the AWS tool gives up after %s; if that is too short, run first: %s\n", say.Duration(CallerLimits.Question), failure.LoginCommand(r.target.Profile))
	}
	b.WriteString(r.target.Scope(r.life()))
	if !r.actor.Cache.LastCode(r.target.Profile.MFASerial, time.Now()).IsZero() {
		b.WriteString("you have already used that code: wait for the next one\n")
	}
	return b.String()
}

func (r *request) question(ctx context.Context) string {
	return fmt.Sprintf("MFA code of %s%s: ", say.Quoted(r.target.Profile.MFASerial), within(ctx))
}

// within says how long a question waits for its answer.
func within(ctx context.Context) string {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ""
	}
	return ", within " + say.Duration(time.Until(deadline))
}

func contextEnd(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return prompt.ErrTimeout
	}
	return prompt.ErrCancelled
}

// loginInTerminal is the hint to log in where a person can be asked.
func loginInTerminal(p *config.Profile) string {
	return "run in a terminal: " + failure.LoginCommand(p)
}

// questionFailure translates the error of a question for an MFA code.
func questionFailure(err error, t *target.Target) error {
	f := failure.New(failure.NeedPerson, "%w", err)
	login := loginInTerminal(t.Profile)
	switch {
	case errors.Is(err, prompt.ErrNoTerminal):
		return failure.Unasked(err, "an MFA code is needed for %s, and there is no terminal to ask at", t.Describe()).Hint("%s", login)
	case errors.Is(err, prompt.ErrTimeout):
		f = failure.New(failure.NeedPerson, "no MFA code for %s was typed in time", t.Describe()).Hint("%s", login)
	case errors.Is(err, prompt.ErrCancelled):
		f = failure.New(failure.NeedPerson, "cancelled: no MFA code for %s", t.Describe()).Hint("%s", login)
	case errors.Is(err, prompt.ErrCommand):
		f = failure.New(failure.NeedPerson, "awsbroker_mfa_process of profile %s: %w", t.Profile.Name, err).
			Hint("try the command in a shell: it must print six digits")
	}
	return f.Because(err)
}
