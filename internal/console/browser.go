package console

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/programs"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Room is where in a browser the console is opened. At most one of its fields is set.
type Room struct {
	Private   bool
	Own       bool   // a browser of the Chromium family with a directory of the profile's own
	Container string // a container of Firefox, by the name of an extension in Containers
}

// Containers are the Firefox extensions that open a link in a container, by the names
// that people know them by, with the beginning of the links that are theirs.
// https://addons.mozilla.org/firefox/addon/open-url-in-container/
// https://addons.mozilla.org/firefox/addon/granted/
var Containers = map[string]string{"open-url-in-container": "ext+container:", "granted": "ext+granted-containers:"}

// Browser is a command that opens a link.
type Browser struct {
	command []string // with the words that stand for the link in it
	at      int      // index of the word that is replaced
	link    func(string) []string
	profile *config.Profile // whose console it is for
	Says    string          // where the link will be opened, for people; empty where that is plain
}

// FindBrowser returns the browser of a command line (--browser), else of $BROWSER, else
// the room's or the system's. It returns nil and why where the system has no screen for
// one.
func FindBrowser(b *broker.Broker, profile, command string, room Room) (browser *Browser, why error, err error) {
	t, err := b.Target(profile)
	if err != nil {
		return nil, nil, err
	}
	p := t.Profile
	words := config.ProcessWords(command)
	if command == "" {
		words = fromEnvironment()
	}
	if len(words) == 0 {
		if why := checkScreen(b.Environ); why != nil {
			return nil, why, nil
		}
		if words, err = commandFor(room, p); err != nil {
			return nil, nil, err
		}
	}
	if words[0], err = programs.Find(words[0]); err != nil {
		return nil, nil, failure.New(failure.Usage, "the browser cannot be started: %w", err).
			Hint("name another one with --browser, or print the link: %s", printLink(p))
	}
	browser = newBrowser(words)
	browser.profile = p
	return browser, nil, browser.enter(room, b, p)
}

// printLink returns the command that prints the link to a profile's console.
func printLink(p *config.Profile) string { return Command(p) + " --print" }

// Command returns the command that opens a profile's console, for a hint.
func Command(p *config.Profile) string {
	return say.ShellWords(append([]string{"awsbroker", "console", p.Name}, p.Narrowed.Flags()...))
}

// newBrowser makes a browser of the words of a command: the link takes the place of %u,
// or, as Debian has it in BROWSER, of %s, or else comes last.
func newBrowser(words []string) *Browser {
	at := slices.IndexFunc(words, func(word string) bool { return strings.Contains(word, "%u") || strings.Contains(word, "%s") })
	if at < 0 {
		at, words = len(words), append(words, "%u")
	}
	return &Browser{command: words, at: at, link: func(link string) []string { return []string{link} }}
}

// fromEnvironment returns the first command in BROWSER whose program is there.
func fromEnvironment() []string {
	for _, command := range filepath.SplitList(os.Getenv("BROWSER")) {
		words := config.ProcessWords(command)
		if len(words) > 0 {
			if _, err := programs.Find(words[0]); err == nil {
				return words
			}
		}
	}
	return nil
}

func checkScreen(environ []string) error {
	if isWSL() {
		return nil // the screen is Windows'
	}
	return prompt.CheckDisplay(environ)
}

// commandFor returns the command of a browser that has such a room; without a room, the
// system's way to open a link.
func commandFor(room Room, p *config.Profile) ([]string, error) {
	if room == (Room{}) {
		for _, command := range openers() {
			if _, err := programs.Find(command[0]); err == nil {
				return command, nil
			}
		}
		return nil, failure.New(failure.Other, "this machine has no program to open links").
			Hint("name a browser: %s --browser firefox", Command(p)).
			Hint("or print the link: %s", printLink(p))
	}
	for _, name := range browsers() {
		if _, err := programs.Find(name); err == nil && room.fits(familyOf(name)) {
			return []string{name}, nil
		}
	}
	return nil, failure.New(failure.Other, "this machine has no browser for %s", room.flag()).
		Hint("name one: %s --browser COMMAND", Command(p))
}

// enter makes the command open its link in a room.
func (o *Browser) enter(room Room, b *broker.Broker, p *config.Profile) error {
	if room == (Room{}) {
		return nil
	}
	family := familyOf(o.command[0])
	if !room.fits(family) {
		return failure.New(failure.Usage, "%s has no %s: --isolated is for Chromium browsers, --container for Firefox, --private for both", filepath.Base(o.command[0]), room.flag())
	}
	switch {
	case room.Private:
		o.link = func(link string) []string { return []string{family.private, link} }
	case room.Own:
		dir, err := ownDir(b, p.Name)
		if err != nil {
			return err
		}
		o.link = func(link string) []string {
			return []string{"--user-data-dir=" + dir, "--no-first-run", "--no-default-browser-check", link}
		}
	case room.Container != "":
		o.Says = say.Sprintf("Firefox will open the container %s; if Firefox shows a search instead, install the extension %s", p.Name, room.Container)
		o.link = func(link string) []string {
			return []string{"--new-tab", containerLink(room.Container, p.Name, p.Color, link)}
		}
	}
	return nil
}

// containerLink is a link that the extension opens in a container, which it makes if
// there is none of that name.
func containerLink(extension, name, color, link string) string {
	parts := []string{"name=" + url.QueryEscape(name), "url=" + url.QueryEscape(link)}
	if color != "" {
		parts = append(parts, "color="+color)
	}
	return Containers[extension] + strings.Join(append(parts, "icon=fingerprint"), "&")
}

// ownDir returns the directory that a browser keeps for a profile, which holds what it
// knows of the console: for its user alone.
func ownDir(b *broker.Broker, profile string) (string, error) {
	if b.Paths.Data == "" {
		return "", b.CheckHome()
	}
	dir := filepath.Join(b.Paths.Data, "browser", url.PathEscape(profile))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", failure.New(failure.Other, "there is no directory for a browser: %w", err)
	}
	return dir, nil
}

// words returns the command line that opens a link.
func (o *Browser) words(link string) []string {
	all := o.link(link)
	last := len(all) - 1
	all[last] = strings.NewReplacer("%u", all[last], "%s", all[last]).Replace(o.command[o.at])
	return slices.Concat(o.command[:o.at], all, o.command[o.at+1:])
}
