//go:build !windows

package main

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// player types the command lines of a block, and answers what they ask.
type player struct {
	ts    *testscript.TestScript
	story *story
	block *block
	steps map[string]int64 // of the code that a device gave last
	shell *machine.Shell
}

// playBlock types a block of a page in a shell at a terminal.
func playBlock(ts *testscript.TestScript, p *page, number string) {
	n, err := strconv.Atoi(number)
	ts.Check(err)
	pl := &player{ts: ts, story: ts.Value(storyKey{}).(*story), block: p.blocks[n], steps: map[string]int64{}}
	got, want := p.steady.Text(pl.play()), strings.Join(pl.block.lines, "\n")
	if fails := strings.Contains(got, "awsbroker: error: "); fails != (pl.block.info == refused) {
		ts.Fatalf("%s: a block of %s ends with an error: %v\n%s", p.path, pl.block.info, fails, got)
	}
	switch writes := os.Getenv("AWSBROKER_WRITE_DOCS") != ""; {
	case pl.block.info == script, !writes && machine.Comparable(got) == machine.Comparable(want):
	case writes && laidOut(got) != laidOut(want):
		pl.block.lines = strings.Split(got, "\n")
	case !writes:
		ts.Fatalf("%s shows\n%s\n\nand the program\n%s\n\nrun: make docs", p.path, want, got)
	}
}

// laidOut returns a text without what differs from run to run, in its lines.
func laidOut(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = machine.Comparable(lines[i])
	}
	return strings.Join(lines, "\n")
}

// commands are the command lines of the block, each with the lines that belong to it.
func (b *block) commands() (all []string) {
	for _, line := range b.lines {
		switch {
		case b.info == script:
			all = append(all, line)
		case strings.HasPrefix(line, "$ "):
			all = append(all, line[2:])
		case strings.HasPrefix(line, "> ") && len(all) > 0:
			all[len(all)-1] += "\n" + line[2:]
		}
	}
	return all
}

// play has a shell run the commands, with the story's environment, and returns what the
// terminal shows.
func (pl *player) play() string {
	pl.ts.Check(pl.ts.Exec("env", "-0"))
	environ := strings.Split(strings.TrimRight(pl.ts.ReadFile("stdout"), "\x00"), "\x00")
	environ = append(environ, "TERM=xterm", "NO_COLOR=1", "TZ=UTC")
	shell := machine.NewShell(pl.ts.Value(testKey{}).(testing.TB), pl.ts.Getenv("HOME"), environ, 80)
	pl.shell, shell.Patience = shell, patience
	defer shell.Close()
	var all strings.Builder
	for _, command := range pl.block.commands() {
		shown, status := shell.Run(command, pl.answer)
		if status != 0 && pl.block.info == script {
			pl.ts.Fatalf("%s ended with %d:\n%s", command, status, shown)
		}
		all.WriteString("$ " + shown)
	}
	return pl.readable(all.String())
}

// answer is what the person types to a question: what she alone knows, or else what the
// block shows behind the question, or yes.
func (pl *player) answer(question string) string {
	switch {
	case strings.Contains(question, "passphrase"), strings.Contains(question, "repeat it"), strings.HasSuffix(question, "/.awsvault/keys: "):
		return machine.Passphrase
	case strings.HasPrefix(question, "access key id"):
		return pl.ts.Getenv("KEYID")
	case strings.HasPrefix(question, "secret access key"):
		return pl.ts.Getenv("SECRET")
	case strings.Contains(question, "code"):
		return pl.code(question)
	}
	for _, line := range pl.block.lines {
		if answer, ok := strings.CutPrefix(line, question); ok {
			return answer
		}
	}
	if !strings.HasSuffix(question, "[y/N] ") {
		pl.ts.Fatalf("nobody knows the answer to %q; the screen shows:\n%s", question, pl.shell.Screen())
	}
	return "y"
}

var (
	deviceAsked = regexp.MustCompile(`arn:aws:iam::(\d{12}):mfa/([\w+=,.@-]*\w)`)
	deviceShown = regexp.MustCompile(`MFA device (\S+) for \S+@(\d{12})`)
)

// code is one of the device that the question names, or of the one that the screen shows.
// It begins in the past, as [dial] does.
func (pl *player) code(question string) string {
	var account, name string
	if m := deviceAsked.FindStringSubmatch(question); m != nil {
		account, name = m[1], m[2]
	} else if all := deviceShown.FindAllStringSubmatch(pl.shell.Screen(), -1); len(all) > 0 {
		name, account = all[len(all)-1][1], all[len(all)-1][2]
	} else {
		pl.ts.Fatalf("nothing says of which device %q is:\n%s", question, pl.shell.Screen())
	}
	serial := "arn:aws:iam::" + account + ":mfa/" + name
	d := pl.story.aws.Server.AddAccount(account).Device(serial)
	if d == nil {
		pl.ts.Fatalf("there is no device %s for %q", serial, question)
	}
	if d == pl.story.aws.Device {
		return machine.FreshCode(d)
	}
	now := time.Now().Unix() / 30
	pl.steps[serial] = max(pl.steps[serial]+1, now-1)
	code, err := hotp.GenerateCode(d.Seed, uint64(pl.steps[serial]))
	pl.ts.Check(err)
	return code
}

var (
	escapes       = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]|[\x1d\a]`)
	anotherScreen = regexp.MustCompile(`(?s)\x1b\[\?1049h.*?\x1b\[\?1049l`)
	trailing      = regexp.MustCompile(`(?m) +$`)
	drawn         = regexp.MustCompile(`(?m)(?:^ *[▀▄█][ ▀▄█]*\n)+`)
	// fake is what the program tells of an address that is not AWS's own, and explain of
	// the variables of a story's machine.
	fake = regexp.MustCompile(`(?m)^.*http://127\.0\.0\.1:\d+(?:, which is not\s+AWS's\s+own(?:\s+address)?)?\n|^environment .*\n`)
)

// readable returns what a terminal showed as text: as it is for somebody called phoebe, and
// with AWS itself.
func (pl *player) readable(text string) string {
	text = escapes.ReplaceAllString(anotherScreen.ReplaceAllString(text, ""), "")
	text = fake.ReplaceAllString(drawn.ReplaceAllString(text, "    (the QR code)\n"), "")
	text = strings.NewReplacer(pl.ts.Getenv("BIN"), shownBin, pl.ts.Getenv("HOME"), shownHome, " (AWSBROKER_KEYSTORE)", "").Replace(text)
	return strings.TrimRight(trailing.ReplaceAllString(text, ""), "\n")
}
