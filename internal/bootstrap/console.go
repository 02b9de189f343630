package bootstrap

import (
	"context"
	"crypto/rand"
	"math/big"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/say"
)

// passwordStep is the user's password for the console, which has to be changed
// at the first sign-in.
func (s *bootstrap) passwordStep() *step {
	user := iam.UserNamed(s.o.User).String()
	return &step{
		what: "console password of " + s.o.User, how: "the user must change it at the first sign-in",
		thing: notes.Thing{Kind: notes.Password, On: user},
		look: func(ctx context.Context) (state, error) {
			_, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.LoginProfile, error) {
				return c.LoginProfile(ctx, s.o.User)
			})
			return found("", err)
		},
		make: func(ctx context.Context, _ *notes.Thing) error {
			password, err := s.newPassword(ctx)
			if err != nil {
				return err
			}
			return s.whileUnknown(ctx, "the user", func(ctx context.Context, c *iam.Client) error {
				return c.CreateLoginProfile(ctx, s.o.User, password)
			})
		},
	}
}

// newPassword is typed twice, or made up and shown once: before it is set, so
// that no password is set that nobody saw.
func (s *bootstrap) newPassword(ctx context.Context) (credential.Secret, error) {
	a, err := s.actor.Asker.Open(ctx)
	for err == nil {
		var first, second credential.Secret
		a.Print(say.Sprintf("a password for %s at %s; it has the user must change it at the first sign-in\n", s.o.User, s.out.SignIn))
		if first, err = a.Hidden(ctx, "new password (empty: awsbroker generates one): "); err != nil {
			break
		}
		if first.IsEmpty() {
			made := madeUpPassword()
			a.Print("the password, shown only now: " + made.Reveal() + "\n")
			_, err = a.Line(ctx, "press Enter once you have noted it: ")
			return made, err
		}
		if second, err = a.Hidden(ctx, "repeat it: "); err == nil && first == second {
			return first, nil
		}
		if err == nil {
			a.Print("the two passwords differ\n")
		}
	}
	f := failure.New(failure.NeedPerson, "no password was set: %w", err)
	return credential.Secret{}, f.Hint("leave out --console-login, or run this command in a terminal")
}

// What a password is made of: letters that are not mistaken for others, and
// one of each kind that a password policy may demand.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
const (
	lowerCase = "abcdefghijkmnopqrstuvwxyz"
	upperCase = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	digits    = "23456789"
	symbols   = "-_+=!@#%"
)

func madeUpPassword() credential.Secret {
	parts := []string{lowerCase, upperCase, digits, symbols}
	var b strings.Builder
	for b.Len() < 24 {
		from := strings.Join(parts[:3], "")
		if n := b.Len(); n%6 == 5 {
			from = parts[n/6%4]
		}
		b.WriteByte(from[randomBelow(len(from))])
	}
	return credential.NewSecret(b.String())
}

// randomBelow is a random number from 0 to n-1.
func randomBelow(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return int(i.Int64())
}

// signInPage returns the address where an account's users sign in.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/console_account-alias.html
func signInPage(partition, account string) string {
	switch partition {
	case "aws-cn":
		return "https://" + account + ".signin.amazonaws.cn/console"
	case "aws-us-gov":
		return "https://" + account + ".signin.amazonaws-us-gov.com/console"
	}
	return "https://" + account + ".signin.aws.amazon.com/console"
}
