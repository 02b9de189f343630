package prompt

import (
	"context"
	"errors"
	"strings"

	"github.com/awsbroker/awsbroker/internal/say"
)

// chooses is a way of asking that offers several answers: windows do.
type chooses interface {
	// choose returns one of the answers, of which the last is a no.
	choose(ctx context.Context, question string, answers []string) (string, error)
}

// Choose asks for one of two or three answers, such as "Once", "Ten minutes" and "No". The
// last is a no: it is what Enter, Escape and a closed window mean. A terminal cannot.
func (l *Ladder) Choose(ctx context.Context, question string, answers ...string) (answer string, err error) {
	err = l.ask(ctx, func() error {
		way, ok := l.now.(chooses)
		if !ok {
			return unable("it offers no choice")
		}
		answer, err = way.choose(ctx, say.Line(question), answers)
		return err
	})
	return answer, err
}

func (d *dialog) choose(ctx context.Context, question string, answers []string) (string, error) {
	answer, err := d.askFor(ctx, query{kind: askChoice, answers: answers}, question)
	if err == errNo {
		return answers[len(answers)-1], nil
	}
	return answer, err
}

// choose has the answer typed: what the buttons of CONFIRM mean, and which of them Enter
// and Escape press, is not the same in all pinentries.
func (p *Pinentry) choose(ctx context.Context, question string, answers []string) (string, error) {
	no := answers[len(answers)-1]
	var words []string
	for _, a := range answers[:len(answers)-1] {
		words = append(words, typedWord(a))
	}
	typed, err := p.ask(ctx, "GETPIN", ended(question)+"\n(type "+strings.Join(words, " or ")+" to agree)", "Answer:")
	if errors.Is(err, ErrCancelled) && ctx.Err() == nil {
		return no, nil
	}
	for _, a := range answers {
		if strings.EqualFold(strings.TrimSpace(string(typed)), typedWord(a)) {
			return a, err
		}
	}
	return no, err
}

// typedWord returns what is typed for an answer: "ten" for "Ten minutes".
func typedWord(answer string) string {
	word, _, _ := strings.Cut(strings.ToLower(answer), " ")
	return word
}
