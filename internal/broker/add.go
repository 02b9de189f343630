package broker

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

// AddOptions say where a key comes from and how it is checked.
type AddOptions struct {
	Name    string
	FromEnv bool // AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead of the terminal
	Replace bool // an existing key of that name
	Offline bool // do not ask AWS whose key it is
}

// Added is a key that went into the keychain.
type Added struct {
	Keystore    keystore.Kind
	AccessKeyID string
	ARN         string // whose it is; empty when AWS was not asked
}

// Add puts an access key into the keychain. The name, the keystore and the
// key are checked before anything is stored.
func (b *Broker) Add(ctx context.Context, o AddOptions) (Added, error) {
	if err := keystore.CheckName(o.Name); err != nil {
		return Added{}, keystoreFailure(err, o.Name)
	}
	if err := b.home(); err != nil {
		return Added{}, err
	}
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return Added{}, recordFailure(err)
	}
	if _, exists := record.Keys[o.Name]; exists && !o.Replace {
		return Added{}, failed(Other, "there is a key %q already", o.Name).
			hint("choose another name, or replace it with: awsbroker add %s --replace", shellWord(o.Name))
	}
	dir, _ := session.FindDir(b.Paths.Cache, true) // no directory, no turns to take
	a := &asker{Broker: b, dir: dir}
	defer a.close()
	store, kind, err := keystore.Choose(ctx, b.keystoreOptions(a))
	if err != nil {
		return Added{}, keystoreFailure(err, o.Name)
	}
	if record.Keystore == "" {
		b.Report.Step("the first key: it and those after it are kept in " + KeystoreName(kind) + " (another one: --keystore)")
	}
	key, err := readKey(ctx, a, o.FromEnv)
	if err != nil {
		return Added{}, err
	}
	added := Added{Keystore: kind, AccessKeyID: key.AccessKeyID}
	if !o.Offline {
		if added.ARN, err = b.checkKey(ctx, key, record.Keys[o.Name].ARN); err != nil {
			return Added{}, err
		}
	}
	err = a.retry(func() error { return store.Set(ctx, o.Name, key, keystore.KeyInfo{ARN: added.ARN}) })
	if err != nil {
		return Added{}, keystoreFailure(err, o.Name)
	}
	return added, session.NextGeneration(b.Paths)
}

// KeystoreName says a kind of keystore in words.
func KeystoreName(k keystore.Kind) string {
	switch k {
	case keystore.File:
		return "an encrypted file"
	case keystore.SecretService:
		return "the desktop's keyring (Secret Service)"
	}
	return string(k)
}

func (b *Broker) checkKey(ctx context.Context, key credential.Credentials, before string) (string, error) {
	identity, err := b.identify(ctx, key)
	if err != nil {
		return "", err
	}
	if identity.IsRoot() {
		return "", failed(Other, "this is a key of the root user of account %s, which may do everything and can assume no role", prompt.Clean(identity.Account)).
			hint("delete it in the IAM console and make an IAM user with a key of its own")
	}
	if before != "" && before != identity.ARN {
		b.warn("the key belonged to %s, the new one belongs to %s", prompt.Clean(before), prompt.Clean(identity.ARN))
	}
	return identity.ARN, nil
}

// keyID of a long-lived key, as IAM makes them; ASIA… are temporary ones.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
var keyID = regexp.MustCompile(`^[A-Z0-9]{16,128}$`)

// readKey gets a key from the environment or the terminal and looks at it.
func readKey(ctx context.Context, a *asker, fromEnv bool) (credential.Credentials, error) {
	var id, token string
	var secret credential.Secret
	var err error
	if fromEnv {
		id, secret = os.Getenv("AWS_ACCESS_KEY_ID"), credential.NewSecret(os.Getenv("AWS_SECRET_ACCESS_KEY"))
		token = firstOf(os.Getenv("AWS_SESSION_TOKEN"), os.Getenv("AWS_SECURITY_TOKEN"))
		if id == "" || secret.IsEmpty() {
			return credential.Credentials{}, failed(Usage, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set")
		}
	} else if id, secret, err = askKey(ctx, a); err != nil {
		return credential.Credentials{}, err
	}
	id, secret = strings.TrimSpace(id), credential.NewSecret(strings.TrimSpace(secret.Reveal()))
	switch {
	case token != "" || strings.HasPrefix(id, "ASIA"):
		return credential.Credentials{}, failed(Other, "these are temporary credentials, which end within hours").
			hint("add the long-lived access key of an IAM user (its id starts with AKIA)")
	case !keyID.MatchString(id):
		return credential.Credentials{}, failed(Usage, "%q is not an access key id: those have 20 capital letters and digits and start with AKIA", prompt.Clean(id))
	case len(secret.Reveal()) < 16 || strings.ContainsAny(secret.Reveal(), " \t\r\n"):
		return credential.Credentials{}, failed(Usage, "that is not a secret access key: those have 40 characters and no spaces")
	}
	return credential.Credentials{AccessKeyID: id, SecretAccessKey: secret}, nil
}

func askKey(ctx context.Context, a *asker) (id string, secret credential.Secret, err error) {
	t, err := a.open(ctx)
	if err == nil {
		if id, err = t.Line(ctx, "access key id: "); err == nil {
			secret, err = t.Hidden(ctx, "secret access key (not shown): ")
		}
	}
	if errors.Is(err, prompt.ErrNoTerminal) {
		return id, secret, failed(NeedPerson, "there is no terminal to ask for the access key at").
			hint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY and use --from-env")
	}
	if err != nil {
		return id, secret, failed(NeedPerson, "no key was added: %w", err)
	}
	return id, secret, nil
}
