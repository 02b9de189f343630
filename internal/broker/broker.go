// Package broker is the core of awsbroker: one run of the program ([Broker]), a key
// that acts in AWS ([Actor]), and how the session of a [target.Target] is had: from the
// cache, by another session, or by the key and a code that a person is asked for. What
// commands do besides has packages of its own, such as rotate and keys. It knows no
// flags and prints nothing: people are asked through package prompt, and told things
// through a [Reporter].
package broker

import (
	"context"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/consent"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// Broker is one run of the program. Nothing is opened until a flow needs it.
type Broker struct {
	Paths          paths.Paths
	Keystore       keystore.Kind     // --keystore or AWSBROKER_KEYSTORE; empty is the recorded one
	Region         string            // --region; empty leaves it to the environment and the profile
	Narrowing      config.Narrowing  // --read-only, --session-policy, --session-policy-arn; checked
	Code           credential.Secret // --mfa-code, used instead of asking by the first who needs a code
	EndpointIsMine bool              // --endpoint-is-mine: codes of seeds go to addresses that are not AWS's
	Prompt         prompt.Ways       // --prompt or AWSBROKER_PROMPT; the zero value leaves it to the profile
	Environ        []string          // what helper commands inherit, before it is thinned out
	Agent          caller.Agent      // coding agent that the run works for; the zero value: a person
	Approved       bool              // a person agreed to all that the run does
	Command        string            // of awsbroker, for the log
	Program        string            // that exec runs, for the log; empty for other commands
	Started        time.Time         // when the run began: its deadlines count from here
	Limits         Limits
	Report         Reporter
	Choose         prompt.Chooser // has a person choose a profile or a key
	Clock          *wait.Clock    // what flows wait by; nil is the machine's

	aws    *awsapi.Clock  // what the run knows of AWS's clock; see [Broker.clockOfAWS]
	notice *awsapi.Notice // tells what there is to know of addresses

	looked   bool // for dir; it is once a run
	dir      string
	opened   bool // the cache in it
	sessions *session.Cache
	sealing  []byte // its key, where that is in the keychain

	turns    map[string]*turn // taken, by place
	consents map[string]bool  // profiles whose sessions a person gave out in this run
	rules    consent.Rules    // for coding agents

	sent []credential.Secret // MFA codes that went to AWS in this run

	store        *keystore.Store   // once it was opened
	asking       *Asker            // whose terminal store asks at
	typed        credential.Secret // the passphrase that a person typed in this run
	noPassphrase error             // how asking for store's passphrase ended, if without one
}

// Limits say how long a run waits, counted from its start.
type Limits struct {
	Question time.Duration // a person can answer until then
	Run      time.Duration // nothing goes on after that
}

// Callers of a credential_process give up after 60 seconds (the Go SDK). A
// person at a terminal command of ours may look for their phone.
var (
	CallerLimits = Limits{Question: 40 * time.Second, Run: 50 * time.Second}
	PersonLimits = Limits{Question: 5 * time.Minute, Run: 5*time.Minute + 30*time.Second}
)

// takeCode returns the code of --mfa-code to the first who asks, and empty to all
// others: AWS accepts a code once.
func (b *Broker) takeCode() credential.Secret {
	code := b.Code
	b.Code = credential.Secret{}
	return code
}

// TestOnlySessions gives a run a cache and a directory for locks of a test's
// own, in the place of the machine's. Without a cache nothing is kept.
func (b *Broker) TestOnlySessions(cache *session.Cache, dir string) {
	b.looked, b.dir = true, dir
	b.opened, b.sessions = true, cache
}

// Debug tells the story of the run, for --debug. It must name no secret.
func (b *Broker) Debug(format string, args ...any) { b.Report.Debug(fmt.Sprintf(format, args...)) }

// Warn tells the person something that they should know.
func (b *Broker) Warn(format string, args ...any) { b.Report.Warn(fmt.Sprintf(format, args...)) }

// Reporter tells a person what a flow does. It replaces control characters in the
// text that it is given.
type Reporter interface {
	Step(text string)                                        // something was done
	Warn(text string)                                        // something the person should know
	Debug(text string)                                       // the story of the run, without secrets; only with --debug
	Waiting(what string, atMost time.Duration) (stop func()) // what is waited for, until stop

	// Confirm shows what will be done and has a ask for a yes. No is ErrDeclined;
	// where nobody can be asked the error is of package prompt.
	Confirm(ctx context.Context, a *Asker, text, question string) error
}

// ErrDeclined means that a person said no.
var ErrDeclined = consent.ErrDeclined

// Confirm is [Asker.Confirm] for a question that no profile's key is needed for.
func (b *Broker) Confirm(ctx context.Context, text, question string) error {
	return b.NewAsker(nil).Confirm(ctx, text, question)
}
