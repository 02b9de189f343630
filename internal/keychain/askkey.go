package keychain

import (
	"cmp"
	"context"
	"errors"
	"os"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// readKey returns a long-lived key, from the environment or as a person types it.
func readKey(ctx context.Context, a *broker.Asker, o AddOptions) (credential.Credentials, error) {
	if !o.FromEnv {
		return askKey(ctx, a, o)
	}
	key := credential.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: credential.NewSecret(os.Getenv("AWS_SECRET_ACCESS_KEY")),
		SessionToken:    credential.NewSecret(cmp.Or(os.Getenv("AWS_SESSION_TOKEN"), os.Getenv("AWS_SECURITY_TOKEN"))),
	}
	if key.AccessKeyID == "" || key.SecretAccessKey.IsEmpty() {
		return key, failure.New(failure.Usage, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set")
	}
	return tidyKey(key)
}

// tidyKey returns the key without spaces around its parts, and with id and secret
// each in its place if they were swapped. It fails for what is no long-lived
// access key, before AWS is asked.
func tidyKey(key credential.Credentials) (credential.Credentials, error) {
	id, secret := credential.Straighten(strings.TrimSpace(key.AccessKeyID), strings.TrimSpace(key.SecretAccessKey.Reveal()))
	if key.Temporary() {
		return credential.Credentials{}, temporaryFailure()
	}
	if err := checkKeyID(id); err != nil {
		return credential.Credentials{}, err
	}
	switch {
	case len(secret) < 16 || strings.ContainsAny(secret, " \t\r\n"):
		return credential.Credentials{}, failure.New(failure.Usage, "that is not a secret access key: a secret has 40 characters and no spaces")
	}
	return credential.Credentials{AccessKeyID: id, SecretAccessKey: credential.NewSecret(secret)}, nil
}

// checkKeyID fails for a text that is not the id of a long-lived access key. The
// text is not shown unless it is an id: it may be the secret.
func checkKeyID(id string) error {
	switch {
	case credential.IsTemporaryKeyID(id):
		return temporaryFailure()
	case credential.LooksSwapped(id):
		return failure.New(failure.Usage, "that is not an access key id: it looks like a secret access key, so id and secret may be swapped")
	case !credential.IsKeyID(id):
		return failure.New(failure.Usage, "%s is not an access key id: an id has 20 capital letters and digits and starts with AKIA", credential.ShowID(id))
	}
	return nil
}

func temporaryFailure() error {
	return failure.New(failure.Other, "these are temporary credentials, which end within hours").
		Hint("add the long-lived access key of an IAM user (its id starts with AKIA)")
}

func askKey(ctx context.Context, a *broker.Asker, o AddOptions) (credential.Credentials, error) {
	t, err := a.Open(ctx)
	var key credential.Credentials
	if err == nil {
		key, err = AskKey(ctx, t)
	}
	switch {
	case failure.Is(err):
		return key, err
	case errors.Is(err, prompt.ErrNoTerminal):
		command := "awsbroker add " + say.ShellWord(o.Name) + " --from-env"
		if o.Replace {
			command += " --replace"
		}
		return key, failure.Unasked(err, "there is no terminal to ask for the access key at").
			Hint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and run: %s", command)
	case err != nil:
		return key, failure.New(failure.NeedPerson, "no key was added: %w", err)
	}
	return key, nil
}

// AskKey asks a person for a long-lived access key. The id is checked before the
// secret is asked for. Who gives the secret first, which is on the screen then,
// is asked for the id next. Errors are failures, or those of package prompt.
func AskKey(ctx context.Context, t prompt.Prompter) (key credential.Credentials, err error) {
	id, err := t.Line(ctx, idQuestion)
	if err != nil {
		return key, err
	}
	id = strings.TrimSpace(id)
	if credential.LooksSwapped(id) {
		key.SecretAccessKey = credential.NewSecret(id)
		t.Print("that looks like the secret access key\n")
		if id, err = t.Line(ctx, idQuestion); err != nil {
			return key, err
		}
		id = strings.TrimSpace(id)
	}
	if err := checkKeyID(id); err != nil {
		return key, err
	}
	key.AccessKeyID = id
	if key.SecretAccessKey.IsEmpty() {
		if key.SecretAccessKey, err = t.Hidden(ctx, "secret access key (not shown): "); err != nil {
			return key, err
		}
	}
	return tidyKey(key)
}

const idQuestion = "access key id: "
