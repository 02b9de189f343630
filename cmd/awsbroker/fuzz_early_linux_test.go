package main

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/early"
	"github.com/awsbroker/awsbroker/internal/say"
)

// wordsOfLines are what FuzzEarly makes command lines of.
var wordsOfLines = []string{
	"credential-process", "exec", "export", "prompt", "list", "help", "exec-server", "p", "q", "other", "ls", "/bin/ls", "", "-", "--", "json", "fish",
	"--profile", "--profile=p", "--profile=", "--profil", "--PROFILE", "-profile", "-p", "-p=p", "-pp", "-p=", "-ph", "-p=-p", "--format", "--format=fish", "--format=", "--env", "--env=false", "--env=x", "-env",
	"--server", "--with", "--with=q", "--read-only", "--min-ttl", "1h", "--allow-root", "--region", "--region=x", "--debug", "--mfa-code", "-h", "--help", "--version", "-v", "--color=never", "--socket", "--no-such", "-x", "--=p", "---", "=", "p=q", "pé",
}

// profilesOfLines are those of the person, who has an answer for each.
var profilesOfLines = []string{"p", "q", "fromenv", "ls"}

// setUpLines writes the person's files.
func setUpLines(t testing.TB) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "config")
	var text string
	for _, name := range profilesOfLines {
		text += "[profile " + name + "]\nawsbroker_key = phoebe\n"
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"HOME": t.TempDir(), "AWS_CONFIG_FILE": config, "AWS_PROFILE": "fromenv", "AWS_DEFAULT_PROFILE": "", "_AWSBROKER_PROFILE_CHAIN": ""} {
		t.Setenv(name, value)
	}
}

// checkEarly holds a command line that package early takes to what cobra's tree reads.
func checkEarly(t *testing.T, words ...string) {
	t.Helper()
	c, ok := early.Parse(append([]string{"awsbroker"}, words...))
	if !ok || c.Command == "prompt" || !slices.Contains(profilesOfLines, c.Profile) {
		return
	}
	if got, why := readByMain(words); !reflect.DeepEqual(got, c) {
		t.Errorf("%q: early %+v, main %+v (%v)", words, c, got, why)
	}
}

// TestEarlyReadsAsMain: each word in each place.
func TestEarlyReadsAsMain(t *testing.T) {
	setUpLines(t)
	for _, w := range wordsOfLines {
		for _, command := range []string{"credential-process", "exec", "export"} {
			for _, words := range [][]string{
				{w}, {w, "p"}, {w, "p", "--", "ls"}, {"p", w, "ls"}, {"p", "other", w}, {"--profile", w}, {"--profile", "p", w, "ls"}, {"-p", w, "--", "ls", "-p"},
				{"--env", w, "p", "other"}, {"--format", w}, {"--profile", "q", "--format=fish", w}, {"--", w, "p"}, {"p", "--", w},
			} {
				checkEarly(t, append([]string{command}, words...)...)
			}
		}
	}
}

// FuzzEarly: a command line that package early takes is one that cobra's tree reads
// likewise, to the letter.
func FuzzEarly(f *testing.F) {
	setUpLines(f)
	for _, words := range [][]string{{"exec", "--profile", "p", "--env", "--", "ls", "-p"}, {"exec", "p", "other", "-p=p"}, {"export", "--format", "fish", "-p", "q"}, {"credential-process", "--profile", "p"}} {
		var line []byte
		for _, w := range words {
			line = append(line, byte(slices.Index(wordsOfLines, w)))
		}
		f.Add(line, "")
	}
	f.Fuzz(func(t *testing.T, line []byte, last string) {
		if len(line) > 12 {
			return
		}
		var words []string
		for _, b := range line {
			words = append(words, wordsOfLines[int(b)%len(wordsOfLines)])
		}
		checkEarly(t, append(words, last)[:len(words)+min(1, len(last))]...)
	})
}

// readByMain reads a command line as main does, as far as to what it would run.
func readByMain(args []string) (c early.Call, err error) {
	a := &app{stdout: io.Discard}
	a.screen, a.stderr = say.NewScreen(io.Discard, &a.color), say.NewScreen(io.Discard, &a.color)
	root := newRoot(a, commandIn(args))
	root.PersistentPreRunE = nil
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	for _, cmd := range root.Commands() {
		cmd.RunE = func(cmd *cobra.Command, words []string) (err error) {
			c, err = callOf(cmd, a, words)
			return err
		}
	}
	root.SetArgs(args)
	err = root.Execute()
	return c, err
}

// callOf is what a command was told by its flags and words, as early says it; flags that
// early does not know are named in place of a format.
func callOf(cmd *cobra.Command, a *app, words []string) (early.Call, error) {
	c := early.Call{Command: cmd.Name(), Profile: cmd.Flag("profile").Value.String()}
	switch c.Command {
	case "credential-process":
		c.Format = formatJSON
	case "export":
		c.Format = cmd.Flag("format").Value.String()
	case "exec":
		o := execOptions{profile: c.Profile}
		b, err := a.broker(broker.PersonLimits)
		if err == nil {
			err = o.readWords(cmd, a, b, words)
		}
		if err != nil {
			return c, err
		}
		c.Profile, c.Child, c.Env = o.profile, o.command, cmd.Flag("env").Changed && cmd.Flag("env").Value.String() == "true"
	}
	if c.Profile == "" {
		c.Profile = os.Getenv("AWS_PROFILE")
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains([]string{"profile", "format", "env"}, f.Name) {
			c.Format += " --" + f.Name
		}
	})
	return c, nil
}
