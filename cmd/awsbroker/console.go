package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/console"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/near"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/signin"
)

type consoleOptions struct {
	console.Options
	url        string
	browser    string
	room       console.Room
	print      bool
	copy       bool
	switchRole bool
}

func newConsole(a *app) *cobra.Command {
	var o consoleOptions
	cmd := &cobra.Command{
		Use:   "console [PROFILE] [PAGE]",
		Short: "open the AWS console in the browser",
		Long: `Sign the browser in to the AWS console with the session of a profile's role, for
the rest of the session. PAGE is a name such as s3, a path, or a URL of the console.
Without a screen, awsbroker prints the sign-in link instead. The link is a secret.`,
		Example: "  awsbroker console admin\n" +
			"  awsbroker console admin ec2 --region eu-west-1",
		Args: positional(0, 2, "a profile and a page, one of them, or none"),
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			return runConsole(cmd.Context(), a, o, words)
		},
	}
	profileFlag(cmd, &o.Profile, "profile whose session to use")
	narrows(cmd, &a.narrow)
	f := cmd.Flags()
	f.StringVar(&o.url, "url", "", "page by its URL, in the console of the role's partition")
	f.Var((*span)(&o.For), "for", "how long the console session lasts (15m to 12h)")
	f.StringVar(&o.browser, "browser", "", "command that opens links; %u in it is the link ($BROWSER)")
	f.BoolVar(&o.room.Private, "private", false, "in a private window")
	f.BoolVar(&o.room.Own, "isolated", false, "in a Chromium browser with its own directory")
	f.StringVar(&o.room.Container, "container", "", "in a Firefox container: granted or open-url-in-container")
	f.BoolVar(&o.SignOut, "sign-out", false, "sign out of the console first")
	f.BoolVar(&o.print, "print", false, "print the sign-in link instead")
	f.BoolVar(&o.copy, "copy", false, "put the link into the terminal's clipboard instead")
	rare(f, "container", "copy", "isolated", "url")
	f.BoolVar(&o.switchRole, "switch-role", false, "open the page that switches to the role; needs a password")
	return cmd
}

func (o *consoleOptions) check(cmd *cobra.Command) error {
	rooms := 0
	for _, is := range []bool{o.room.Private, o.room.Own, o.room.Container != ""} {
		if is {
			rooms++
		}
	}
	switch {
	case rooms > 1:
		return usage(errors.New("--private, --isolated and --container exclude each other"))
	case (o.print || o.copy) && (rooms > 0 || o.browser != ""):
		return usage(errors.New("--print and --copy open no browser: leave out --browser, --private, --isolated and --container"))
	case o.room.Container != "" && console.Containers[o.room.Container] == "":
		return failure.New(failure.Usage, "there is no container extension %q", o.room.Container).Hint("there are %s", strings.Join(containerNames(), ", "))
	case cmd.Flags().Changed("for") && o.For <= 0:
		return usage(errors.New("--for takes a time such as 1h"))
	case o.switchRole && (o.For > 0 || o.SignOut || o.url != ""):
		return usage(errors.New("--switch-role does not sign you in: leave out --for, --sign-out and --url"))
	case o.url != "" && !strings.HasPrefix(o.url, "https://"):
		return usage(errors.New("--url takes a URL that begins with https://"))
	}
	return nil
}

func containerNames() []string {
	var names []string
	for name := range console.Containers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// readWords reads what follows console: a profile, a page, or both.
func (o *consoleOptions) readWords(a *app, b *broker.Broker, words []string) error {
	page := ""
	switch {
	case len(words) == 2 && o.Profile != "" && o.Profile != words[0]:
		return usage(errors.New("name one profile, not two: " + words[0] + " and " + o.Profile))
	case len(words) == 2:
		o.Profile, page = words[0], words[1]
	case len(words) == 1 && o.Profile == "" && b.HasProfile(words[0]):
		o.Profile = words[0]
		if signin.IsPage(words[0]) {
			a.Step(say.Sprintf("awsbroker reads %s as a profile; for the page of that name: awsbroker console %[1]s %[1]s", say.ShellWord(words[0])))
		}
	case len(words) == 1:
		page = words[0]
		if err := o.suggest(b, page); err != nil {
			return err
		}
		if !signin.IsPage(page) { // a profile may have been meant
			a.Step(say.Sprintf("awsbroker reads %s as a page of the console: /%[1]s/home", say.ShellWord(page)))
		}
	}
	if page != "" && o.switchRole {
		return usage(errors.New("--switch-role takes no page"))
	}
	if page != "" && o.url != "" {
		return usage(errors.New("name one page, not two: " + page + " and " + o.url))
	}
	if o.Page = page; o.url != "" {
		o.Page = o.url
	}
	return nil
}

// suggest returns a failure for a word that is no page of the table and nearly the name
// of a profile. Words of three letters are pages of the console more often than mistakes.
func (o *consoleOptions) suggest(b *broker.Broker, word string) error {
	cfg, err := b.ReadConfig()
	if err != nil || o.Profile != "" || signin.IsPage(word) || len(word) < 4 {
		return err
	}
	names := near.Names(word, cfg.Names())
	if len(names) == 0 {
		return nil
	}
	f := failure.New(failure.NotFound, "there is no profile %q, and awsbroker knows no page of that name", word)
	return f.Hint("did you mean: %s", console.Command(&config.Profile{Name: names[0], Narrowed: b.Narrowing})).
		Hint("for the page of the console at that path: %s", console.Command(&config.Profile{Name: word + "/home", Narrowed: b.Narrowing}))
}

func runConsole(ctx context.Context, a *app, o consoleOptions, words []string) error {
	b, err := a.broker(broker.PersonLimits)
	if err != nil {
		return err
	}
	if err := o.readWords(a, b, words); err != nil {
		return err
	}
	if o.switchRole && !b.Narrowing.IsZero() {
		return usage(errors.New("--switch-role gives you all the rights of the role: leave out the flags that limit a session"))
	}
	if o.Profile, err = a.choose(b, o.Profile); err != nil {
		return err
	}
	if o.copy && !a.stderr.IsTerminal() {
		return failure.New(failure.Usage, "--copy writes to the clipboard of the terminal, and there is no terminal").
			Hint("print the link: %s --print", console.Command(&config.Profile{Name: o.Profile, Narrowed: b.Narrowing}))
	}
	var browser *console.Browser
	if !o.print && !o.copy {
		var why error
		if browser, why, err = console.FindBrowser(b, o.Profile, o.browser, o.room); err != nil {
			return err
		}
		if browser == nil {
			a.Step("awsbroker prints the link, because " + why.Error())
		}
	}
	if o.switchRole {
		return a.switchRole(b, o, browser)
	}
	in, err := console.SignIn(ctx, b, o.Options)
	if err != nil {
		return err
	}
	as := say.Sprintf("role %s in account %s, until %s (%s)", in.Role, in.Account, in.Ends.Local().Format("15:04"), say.Duration(time.Until(in.Ends)))
	if browser != nil {
		if browser.Says != "" {
			a.Step(browser.Says)
		}
		if err := browser.Open(ctx, b, in.Link); err != nil {
			return err
		}
		a.Step("the browser opened the console as " + as)
		return nil
	}
	a.Step("anyone who opens the link within " + say.Duration(signin.TokenLife) + " will be signed in as " + as)
	return a.giveLink(o, in.Link.Reveal())
}

// switchRole gives the page on which a person switches to the role.
func (a *app) switchRole(b *broker.Broker, o consoleOptions, browser *console.Browser) error {
	link, err := console.SwitchRole(b, o.Profile)
	if err != nil {
		return err
	}
	if browser == nil {
		return a.giveLink(o, link)
	}
	if err := browser.OpenPlain(b, link); err != nil {
		return err
	}
	a.Step("the browser opened the page that switches to the role; sign in with your password first")
	return nil
}

// giveLink gives a link to a person: copied, printed, or both.
func (a *app) giveLink(o consoleOptions, link string) error {
	if o.copy {
		// OSC 52, which terminals obey over SSH as well:
		// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h3-Operating-System-Commands
		fmt.Fprintf(a.stderr.Raw(), "\x1b]52;c;%s\a", base64.StdEncoding.EncodeToString([]byte(link)))
		a.Step("the link is in the clipboard, if the terminal allows that")
		if !o.print {
			return nil
		}
	}
	_, err := fmt.Fprintln(a.stdout, link)
	return err
}
