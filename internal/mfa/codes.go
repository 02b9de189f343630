package mfa

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/totp"
)

type code = credential.Secret

// codePair asks a person for two consecutive codes of an MFA device.
type codePair struct {
	broker *broker.Broker
	ask    prompt.Prompter
	cache  *session.Cache // where used codes are noted
	serial string
	key    *totp.Key // what the device shows, where that is known: it says what is wrong with a code
	sent   []code    // in this run, where nothing can be noted
}

// tries is how many pairs of codes AWS is sent, and slips how many more codes a person
// may mistype: an endless row of them comes from no person.
const (
	tries = 6
	slips = 20
)

// driftShown is how far a device's clock may be off for its codes to be known
// as its own: a day and a bit, for the wrong time zone.
const driftShown = 26 * time.Hour

// passedBy is what is said where the second code shows that the first was missed.
const passedBy = "that is not the next code after the first one; type two consecutive codes again"

// useTwo asks for two codes and hands them to use, again and again until use
// accepts them or the person has been wrong too often. Each code goes out once,
// whatever AWS answers.
func (p *codePair) useTwo(ctx context.Context, use func(context.Context, [2]code) error) error {
	slipped := 0
	for sent := 1; ; sent++ {
		two, err := p.askTwo(ctx, &slipped)
		if err != nil {
			return err
		}
		p.noteUsed(two)
		// The codes are spent once they are sent: what was begun is finished.
		err = use(context.WithoutCancel(ctx), two)
		if err == nil {
			return nil
		}
		var wrong string
		switch {
		case awsapi.Is(err, awsapi.WrongCode):
			wrong = "AWS did not accept these codes: " + p.explainRefusal(two)
		case errors.Is(err, errOtherWay):
			wrong = err.Error()
		case awsapi.AnswerLost(err), awsapi.Is(err, awsapi.Throttled, awsapi.Busy):
			wrong = failure.OfIAM(err, failure.IAMCall{}).Error() + "; these codes are used up"
		default:
			return failure.OfIAM(err, failure.IAMCall{})
		}
		if err := p.tell(wrong, sent < tries); err != nil {
			return err
		}
	}
}

// errOtherWay means that AWS refused a call with two codes in one way, and
// another way is open: with other codes, since each goes out once.
var errOtherWay = errors.New("AWS did not accept the codes in this way; trying another way")

// sendOnce makes a call with codes in it, in one way only.
func sendOnce(ctx context.Context, do iamDo, call func(context.Context, *iam.Client) error) error {
	sent := false
	return do(ctx, func(ctx context.Context, c *iam.Client) error {
		if sent {
			return errOtherWay
		}
		sent = true
		return call(ctx, c)
	})
}

// tell the person what is wrong with a code. It fails if there is to be no other one.
func (p *codePair) tell(wrong string, again bool) error {
	if !again {
		return failure.New(failure.Refused, "%s", wrong).
			Hint("run it again; check that the device's clock is right and that you use the new entry of the app")
	}
	p.ask.Print(wrong + "\n")
	return nil
}

// askTwo returns two codes that may be the right ones.
func (p *codePair) askTwo(ctx context.Context, slipped *int) (two [2]code, err error) {
	for i, question := range []string{"current code: ", "next code: "} {
		for two[i].IsEmpty() {
			answer, err := p.askLine(ctx, question)
			if err != nil {
				return two, err
			}
			wrong := p.describeWrong(answer, two[0])
			if wrong == "" {
				digits, _ := prompt.Code(answer)
				two[i] = credential.NewSecret(digits)
				continue
			}
			*slipped++
			if err := p.tell(wrong, *slipped <= slips); err != nil {
				return two, err
			}
			if wrong == passedBy {
				return p.askTwo(ctx, slipped)
			}
		}
	}
	return two, nil
}

// askLine asks one question, with a time limit of its own.
func (p *codePair) askLine(ctx context.Context, question string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, p.broker.Limits.Question)
	defer cancel()
	answer, err := p.ask.Line(ctx, question)
	if err != nil {
		return "", codesFailure(err, nameOfDevice(p.serial))
	}
	return answer, nil
}

// describeWrong says what is wrong with an answer that follows the code before;
// empty if nothing that can be seen without AWS is.
func (p *codePair) describeWrong(answer string, before code) string {
	digits, ok := prompt.Code(answer)
	switch {
	case !ok:
		return "an MFA code has six digits"
	case digits == before.Reveal():
		return "that is the same code; wait until the device shows the next one"
	case p.isSpent(digits):
		return "that code was already used; wait until the device shows the next one"
	case p.key == nil:
		return ""
	}
	behind, found := p.key.Behind(digits, p.broker.TimeOfAWS(), driftShown)
	if !found {
		return "that is not a code of this device; check that you use the right entry of the app"
	}
	if before.IsEmpty() {
		return ""
	}
	first, _ := p.key.Behind(before.Reveal(), p.broker.TimeOfAWS(), driftShown)
	switch later := first - behind; {
	case later < 0:
		return "that code is older than the one before; type the next one that the device shows"
	case later > 1:
		return passedBy
	}
	return ""
}

// explainRefusal says why AWS did not accept two codes that follow each other.
func (p *codePair) explainRefusal(two [2]code) string {
	if p.key != nil {
		if behind, found := p.key.Behind(two[1].Reveal(), p.broker.TimeOfAWS(), driftShown); found && (behind > 1 || behind < -1) {
			return "the device's clock is " + say.Duration(abs(time.Duration(behind)*totp.Step)) + map[bool]string{true: " slow", false: " fast"}[behind > 0]
		}
	}
	return "type two consecutive, current codes that you have not used before"
}

func abs(d time.Duration) time.Duration { return max(d, -d) }

func (p *codePair) isSpent(digits string) bool {
	return slices.Contains(p.sent, credential.NewSecret(digits)) || p.cache.CodeUsed(p.serial, digits, time.Now())
}

// noteUsed notes codes as used, so that the next question for a code refuses them.
func (p *codePair) noteUsed(two [2]code) {
	for _, c := range two {
		_ = p.cache.UseCode(p.serial, c.Reveal(), time.Now())
		p.sent = append(p.sent, c)
	}
}

// codesFailure is the failure of a question that brought no two codes.
func codesFailure(err error, device string) error {
	device = say.Clean(device)
	f := failure.New(failure.NeedPerson, "%w", err)
	switch {
	case errors.Is(err, prompt.ErrNoTerminal):
		return failure.Unasked(err, "awsbroker needs two codes of the MFA device %s, and there is no terminal to ask at", device).
			Hint("run this command in a terminal")
	case errors.Is(err, prompt.ErrTimeout):
		f = failure.New(failure.NeedPerson, "no code of the MFA device %s was typed in time", device)
	case errors.Is(err, prompt.ErrCancelled):
		f = failure.New(failure.NeedPerson, "cancelled: no code of the MFA device %s", device)
	}
	f.Cause = err
	return f
}
