package keychain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/dotfile"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// filesOf returns the files that these keys stand in.
func filesOf(cs []*candidate) []string {
	var paths []string
	for _, c := range cs {
		for _, k := range c.clear {
			if !slices.Contains(paths, k.File) {
				paths = append(paths, k.File)
			}
		}
	}
	return paths
}

// withoutKeys returns the text of a file, and the text without the lines of these keys.
func withoutKeys(path string, cs []*candidate) (before, after []byte, err error) {
	before, err = os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	var keys []config.ClearKey
	for _, c := range cs {
		keys = append(keys, c.clear...)
	}
	after, err = config.RemoveClearKeys(path, before, keys)
	return before, after, err
}

func (s *profileSource) ask(ctx context.Context, ready []*candidate) error {
	text := listKeys(ready) + "\nThis will move it into " + s.adder.kind.Words() + " and change these files:\n"
	for _, path := range filesOf(ready) {
		before, after, err := withoutKeys(path, ready)
		if err == nil {
			err = dotfile.CheckWritable(path)
		}
		if err != nil {
			return notRemovable(path, err)
		}
		text += hideSecrets(config.Diff(path, before, after), ready)
	}
	question := "Move it?"
	if len(ready) > 1 {
		question = "Move them?"
	}
	return s.run.Confirm(ctx, strings.TrimRight(text, "\n"), question)
}

// notRemovable is the failure for a key that cannot be taken out of its file. It ends
// the import before anything is stored.
func notRemovable(path string, err error) error {
	return failure.New(failure.Other, "the key cannot be removed from %s, so it was not stored either: %w", path, err)
}

func (s *profileSource) takeOut(_ context.Context, stored []*candidate, _ bool) error {
	for _, path := range filesOf(stored) {
		if err := takeLines(path, stored); err != nil {
			return s.stillInClear(path, stored, err)
		}
		s.run.Report.Step("removed from " + path)
		if err := removeLeftovers(path, stored); err != nil {
			return err
		}
	}
	return nil
}

// removeLeftovers removes copies of a file that still have one of the keys, once the file
// itself has none.
func removeLeftovers(path string, stored []*candidate) error {
	for _, c := range stored {
		if err := dotfile.RemoveLeftovers(path, c.key.SecretAccessKey); err != nil {
			return failure.New(failure.Other, "the key is in the keychain, but STILL IN PLAINTEXT in a copy beside %s: %w", path, err).
				Hint("compare that copy with %s, and remove the copy", path)
		}
	}
	return nil
}

// takeLines removes the lines of the keys that were stored. It reads the file anew at
// each try, since an editor may have changed it meanwhile.
func takeLines(path string, stored []*candidate) error {
	var err error
	for range 3 {
		var before, after []byte
		if before, after, err = withoutKeys(path, stored); err != nil {
			return err
		}
		if err = dotfile.Write(path, before, after); !errors.Is(err, dotfile.ErrChanged) {
			return err
		}
	}
	return err
}

// stillInClear is the failure for keys that are stored and could not be taken out of
// the file. It says which lines a person has to remove.
func (s *profileSource) stillInClear(path string, stored []*candidate, err error) error {
	var lines []string
	for _, c := range stored {
		for _, k := range c.clear {
			if k.File == path {
				lines = append(lines, fmt.Sprintf("[%s] on line %d", k.Section, k.Line))
			}
		}
	}
	again := "--all"
	if s.from.Of != "" {
		again = say.ShellWord(s.from.Of)
	}
	return failure.New(failure.Other, "the key is in the keychain, but STILL IN PLAINTEXT in %s: %w", path, err).
		Hint("remove aws_access_key_id and aws_secret_access_key there: %s", strings.Join(lines, ", ")).
		Hint("or fix that and run again: awsbroker add --from-profile %s", again)
}
