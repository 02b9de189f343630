package broker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/helper"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
	"github.com/awsbroker/awsbroker/internal/totp"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// codeSource is what gives codes without a person, named by a setting.
type codeSource struct {
	setting string
	code    func(context.Context) (credential.Secret, error)
}

// sources returns what the settings name.
func (r *request) sources() (all []codeSource) {
	code := map[string]func(context.Context) (credential.Secret, error){target.ProcessSetting: r.codeFromCommand, target.SeedSetting: r.codeFromSeed}
	for _, setting := range r.target.CodeSettings() {
		all = append(all, codeSource{setting, code[setting]})
	}
	return all
}

// codeFromAny gets a code in the first way that gives one, in the order that the
// person wants, and calls use with it. A source without a code leaves it to the ways
// after it; where nobody can be asked, the failure is what the source complained of.
func (r *request) codeFromAny(ctx context.Context, use func(credential.Secret) (credential.Credentials, error)) (credential.Credentials, error) {
	before, after, ask := r.actor.Asker.ways.Around(prompt.ByCommand)
	if !ask || len(r.sources()) == 0 {
		return r.askPerson(ctx, r.actor.Asker.ways, "", use)
	}
	if len(before.List()) > 0 {
		creds, err := r.askPerson(ctx, before, "", use)
		if !errors.Is(err, prompt.ErrNoTerminal) {
			return creds, err
		}
	}
	var complaints []error
	for _, source := range r.sources() {
		r.run.Debug("code: from %s", source.setting)
		code, err := r.getUnspentCode(ctx, source)
		if err == nil {
			return r.sendSourceCode(ctx, source, code, use)
		}
		if !errors.Is(err, errNoCode) && !errors.Is(err, prompt.ErrCommand) {
			return credential.Credentials{}, err
		}
		complaints = append(complaints, err)
	}
	return r.askAfter(ctx, after, complaints, use)
}

// sendSourceCode sends the code of a source. Where AWS did not take the code of a seed
// and its answer showed that this machine's clock is off, the code was that of another
// time: the one of AWS's time is sent.
func (r *request) sendSourceCode(ctx context.Context, source codeSource, code credential.Secret, use func(credential.Secret) (credential.Credentials, error)) (credential.Credentials, error) {
	ahead := r.run.clockOfAWS().Ahead()
	creds, err := r.sendGivenCode(code, use)
	if source.setting == target.SeedSetting && correctable(err) && (r.run.clockOfAWS().Ahead()-ahead).Abs() >= codeStep/2 {
		r.run.Debug("code: it was generated for this machine's time, which differs from AWS's")
		if code, err = r.getUnspentCode(ctx, source); err == nil {
			creds, err = r.sendGivenCode(code, use)
		}
	}
	return creds, r.sourceFailure(source, err)
}

// askAfter asks a person for the code that no source gave. complaints say why; the
// person is shown them.
func (r *request) askAfter(ctx context.Context, ways prompt.Ways, complaints []error, use func(credential.Secret) (credential.Credentials, error)) (credential.Credentials, error) {
	var said strings.Builder
	for _, c := range complaints {
		r.run.Debug("code: %v", c)
		fmt.Fprintln(&said, c)
	}
	creds, err := r.askPerson(ctx, ways, said.String(), use)
	if errors.Is(err, prompt.ErrNoTerminal) {
		return creds, complaints[0]
	}
	return creds, err
}

// errNoCode means that the seed that codes are made of is not there.
var errNoCode = errors.New("no code")

// getUnspentCode gets a code that was not sent to AWS before. If the source gives one
// that was, it is asked again in the next step of 30 seconds.
func (r *request) getUnspentCode(ctx context.Context, source codeSource) (credential.Secret, error) {
	for {
		code, err := source.code(ctx)
		if err != nil || !r.actor.isSpent(code) {
			return code, err
		}
		now := r.run.TimeOfAWS()
		next := now.Truncate(codeStep).Add(codeStep + time.Second).Sub(now)
		stop := r.run.Report.Waiting("for the next MFA code: AWS accepts each one once", next)
		wait.Pause(ctx, next)
		if stop(); ctx.Err() != nil {
			return code, questionFailure(contextEnd(ctx), r.target)
		}
	}
}

// codeFromCommand runs awsbroker_mfa_process.
func (r *request) codeFromCommand(ctx context.Context) (credential.Secret, error) {
	r.asked = true
	environ, err := helper.Environ(r.run.Environ, r.target.Profile.Name, r.target.Profile.MFASerial)
	if err != nil {
		return credential.Secret{}, err
	}
	code, err := prompt.Command(ctx, r.target.Profile.MFAProcess, environ, r.actor.Asker.ways.Allow(prompt.ByTerminal))
	if err != nil {
		return code, questionFailure(err, r.target)
	}
	return code, nil
}

// codeFromSeed computes the code that the device shows now, for AWS's own address.
func (r *request) codeFromSeed(ctx context.Context) (credential.Secret, error) {
	if err := r.refuseAddress(); err != nil {
		return credential.Secret{}, err
	}
	device := r.target.Profile.MFASerial
	store, err := r.run.OpenKeychain(ctx, r.actor.Asker)
	if err != nil {
		return credential.Secret{}, failure.OfKeystore(err, r.target.Profile.KeyName)
	}
	var seed credential.Secret
	err = r.actor.Asker.Retry(func() error {
		seed, err = store.Seed(ctx, device)
		return err
	})
	if errors.Is(err, keystore.ErrNotFound) {
		return credential.Secret{}, failure.New(failure.NotFound, "the keychain has no seed of %s (awsbroker_mfa_seed of profile %s)", device, r.target.Profile.Name).
			Hint("store it with: awsbroker mfa seed --profile %s", say.ShellWord(r.target.Profile.Name)).Because(errNoCode)
	}
	if err != nil {
		return credential.Secret{}, failure.OfKeystore(err, r.target.Profile.KeyName)
	}
	key, err := totp.Parse(seed)
	if err != nil {
		return credential.Secret{}, failure.New(failure.Keychain, "the seed of %s in the keychain is damaged", device).
			Hint("store it again with: awsbroker mfa seed --profile %s", say.ShellWord(r.target.Profile.Name))
	}
	return credential.NewSecret(key.Code(r.run.TimeOfAWS())), nil
}

// sourceFailure says what to look at when AWS did not take the code of a seed.
func (r *request) sourceFailure(source codeSource, err error) error {
	if source.setting != target.SeedSetting || !correctable(err) || !failure.Is(err) {
		return err
	}
	return failure.New(failure.Refused, "AWS did not accept the code generated from the seed in the keychain").
		Hint("either this machine's clock is wrong by more than %s, or the seed is not that of %s: %s",
			say.Duration(codeStep), r.target.Profile.MFASerial, "awsbroker mfa seed --profile "+say.ShellWord(r.target.Profile.Name))
}
