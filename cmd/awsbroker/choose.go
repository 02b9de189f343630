package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// chooser has a person at the terminal choose one of several names, by its number or a
// part of it. Where there is no terminal nothing is chosen. It is a question of its own
// and no library's screen, which would add megabytes to the program.
func (a *app) chooser(b *broker.Broker) prompt.Chooser {
	return func(kind string, names []string) (string, error) {
		if a.yes {
			return "", nil
		}
		ctx, cancel := context.WithTimeout(a.ctx, b.Limits.Question)
		defer cancel()
		asker := b.NewAsker(nil)
		defer asker.Close()
		p, err := asker.Open(ctx)
		if errors.Is(err, prompt.ErrNoTerminal) || err == nil && !asker.AtTerminal() {
			return "", nil
		}
		if err != nil {
			return "", failure.New(failure.NeedPerson, "%w", err)
		}
		return chooseOne(ctx, p, kind, names)
	}
}

// chooseOne asks until one name is left. An empty answer is a failure.
func chooseOne(ctx context.Context, p prompt.Prompter, kind string, names []string) (string, error) {
	left := names
	p.Begin("which " + kind + "?\n" + numbered(names, left))
	for {
		answer, err := p.Line(ctx, "number, or part of the name: ")
		if err != nil {
			return "", failure.New(failure.NeedPerson, "no %s was chosen: %w", kind, err)
		}
		answer = strings.TrimSpace(answer)
		if answer == "" {
			return "", failure.New(failure.NeedPerson, "no %s was chosen", kind)
		}
		found := matching(names, left, answer)
		switch len(found) {
		case 0:
			p.Print(say.Sprintf("no %s has that number or name\n", kind))
		case 1:
			return found[0], nil
		default:
			left = found
			p.Print(numbered(names, left))
		}
	}
}

// matching returns the names that an answer can mean: that of a number, the very name,
// else those of left that have the answer in them.
func matching(names, left []string, answer string) []string {
	if slices.Contains(names, answer) {
		return []string{answer}
	}
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(names) {
		return names[n-1 : n]
	}
	return slices.DeleteFunc(slices.Clone(left), func(name string) bool {
		return !strings.Contains(strings.ToLower(name), strings.ToLower(answer))
	})
}

// numbered lists some of the names, each with its number among all.
func numbered(names, some []string) string {
	var b strings.Builder
	width := len(strconv.Itoa(len(names)))
	for i, name := range names {
		if slices.Contains(some, name) {
			fmt.Fprintf(&b, "  %*d  %s\n", width, i+1, say.Clean(name))
		}
	}
	return b.String()
}
