package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/awsbroker/awsbroker/internal/say"
)

// A help is for one look: it fits a terminal of the usual size, and says where the rest is.
const (
	helpWidth  = 80
	helpHeight = 24 - 2 // the command line above it, and the prompt below
)

// elsewhereHelp says what has a page of its own.
const elsewhereHelp = "Global flags: awsbroker help flags · exit codes: awsbroker help exit-codes\n"

// rareFlag marks a flag that help leaves out where all of them do not fit.
const rareFlag = "rare"

// rare marks flags of a command that few people need.
func rare(f *pflag.FlagSet, names ...string) {
	for _, name := range names {
		if err := f.SetAnnotation(name, rareFlag, nil); err != nil {
			panic(err) // there is no such flag
		}
	}
}

// setHelp gives the commands their help: --help is short, and the command help tells all.
func setHelp(root *cobra.Command) {
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { _, _ = io.WriteString(cmd.OutOrStdout(), shortHelp(cmd)) })
	root.SetHelpCommand(newHelp(root))
}

func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND | flags | exit-codes]",
		Short: "tell all of a command, of the flags of every command, or of exit codes",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			names := []string{"exit-codes", "flags"}
			for _, c := range root.Commands() {
				if c.IsAvailableCommand() {
					names = append(names, c.Name())
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			text := ""
			switch found, rest, err := root.Find(args); {
			case len(args) == 1 && args[0] == "flags":
				text = flagsHelp(root)
			case len(args) == 1 && args[0] == "exit-codes":
				text = exitHelp()
			case err != nil || len(rest) > 0:
				return noSuchCommand(root, args)
			default:
				text = longHelp(found)
			}
			_, err := io.WriteString(cmd.OutOrStdout(), text)
			return err
		},
	}
}

// shortHelp returns what fits a screen of the help of a command.
func shortHelp(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return rootHelp + "\n" + groupsHelp(cmd) + "\n" + "One command: awsbroker COMMAND --help · all of them: awsbroker help\n" + elsewhereHelp
	}
	about, _, _ := strings.Cut(cmd.Long, "\n\n")
	if about == "" || strings.HasSuffix(about, ":") { // which introduces a list
		about = sentence(cmd.Short)
	}
	examples, hidden := examplesOf(cmd), false
	for {
		text := helpText(cmd, about, examples, hidden)
		switch {
		case strings.Count(text, "\n") <= helpHeight:
			return text
		case len(examples) > 1:
			examples = examples[:len(examples)-1]
		case !hidden:
			hidden, examples = true, examplesOf(cmd)
		case about != sentence(cmd.Short):
			about, examples = sentence(cmd.Short), examplesOf(cmd)
		default:
			return text
		}
	}
}

// longHelp returns all of the help of a command.
func longHelp(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return rootHelp + "\n" + commandsHelp(cmd) + "\n" + elsewhereHelp
	}
	about := cmd.Long
	if about == "" {
		about = sentence(cmd.Short)
	}
	return helpText(cmd, about, examplesOf(cmd), false)
}

// sentence makes one of what a list says of a command.
func sentence(short string) string { return strings.ToUpper(short[:1]) + short[1:] + "." }

// helpText puts the parts of a help together. Without the rare flags it says how many
// there are.
func helpText(cmd *cobra.Command, about string, examples []string, withoutRare bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nUsage: %s\n", wrapped(strings.TrimSpace(about)), usageLine(cmd))
	if len(examples) > 0 {
		fmt.Fprintf(&b, "\n%s\n", strings.Join(examples, "\n"))
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\n" + commandsHelp(cmd))
	}
	flags, left := flagsOf(cmd, withoutRare)
	if flags != "" {
		b.WriteString("\n" + flags)
	}
	b.WriteString("\n")
	whole := "awsbroker help " + strings.TrimPrefix(cmd.CommandPath(), "awsbroker ")
	switch {
	case left > 0:
		fmt.Fprintf(&b, "%s: %s · ", say.Count(left, "more flag", "more flags"), whole)
	case strings.TrimSpace(about) != strings.TrimSpace(cmd.Long):
		fmt.Fprintf(&b, "More: %s · ", whole)
	}
	global := "global flags: awsbroker help flags\n"
	if strings.HasSuffix(b.String(), "\n") { // it begins a line
		global = strings.ToUpper(global[:1]) + global[1:]
	}
	return b.String() + global
}

func usageLine(cmd *cobra.Command) string {
	line := cmd.CommandPath() + strings.TrimPrefix(cmd.Use, cmd.Name())
	if cmd.HasAvailableSubCommands() {
		line += " COMMAND"
	}
	return line
}

func examplesOf(cmd *cobra.Command) []string {
	if cmd.Example == "" {
		return nil
	}
	return strings.Split(strings.TrimRight(cmd.Example, "\n"), "\n")
}

// flagsOf returns the flags of a command's own, and how many were left out.
func flagsOf(cmd *cobra.Command, withoutRare bool) (text string, left int) {
	global := cmd.Root().PersistentFlags()
	text = usages(cmd.Flags(), func(f *pflag.Flag) bool {
		_, isRare := f.Annotations[rareFlag]
		switch {
		case f.Hidden || f.Name == "help" || global.Lookup(f.Name) == f:
			return false
		case isRare && withoutRare:
			left++
			return false
		}
		return true
	})
	return text, left
}

// usages tells of those flags of a set that are chosen.
func usages(set *pflag.FlagSet, chosen func(*pflag.Flag) bool) string {
	shown := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.VisitAll(func(f *pflag.Flag) {
		if chosen(f) {
			named := *f
			named.Value = namedValue{f.Value, valueOf(f)}
			if f.DefValue == "[]" {
				named.DefValue = "" // which pflag shows to nobody
			}
			shown.AddFlag(&named)
		}
	})
	return shown.FlagUsagesWrapped(helpWidth)
}

// values are the names of what follows a flag, where it is not the flag's own name.
var values = map[string]string{
	"accept-lockout": "user", "with": "profile", "like": "profile", "from-profile": "profile", "key-name": "key", "role-arn": "role", "mfa-serial": "device", "qr-file": "file",
	"session-policy": "policy", "session-policy-arn": "arn", "trusted-account": "account", "mfa-session": "duration",
	"env-file": "file", "listen": "address", "relay": "address", "mfa-code": "code", "prompt": "ways", "keystore": "keychain", "limit": "number",
}

// namedValue is the value of a flag that says what it is, and not of which type.
type namedValue struct {
	pflag.Value
	name string
}

func (v namedValue) Type() string { return v.name }

// IsBoolFlag is for pflag, which shows no value behind such a flag.
func (v namedValue) IsBoolFlag() bool { return v.name == "bool" }

// valueOf returns what follows a flag.
func valueOf(f *pflag.Flag) string {
	switch t := f.Value.Type(); {
	case t == "bool":
		return t
	case t != "string" && t != "stringArray" && t != "int":
		return strings.ToUpper(t)
	case values[f.Name] != "":
		return strings.ToUpper(values[f.Name])
	}
	return strings.ToUpper(f.Name)
}

// flagsHelp tells of the flags that every command has.
func flagsHelp(root *cobra.Command) string {
	return "Global flags, which every command takes:\n\n" + usages(root.PersistentFlags(), func(*pflag.Flag) bool { return true })
}

// groupsHelp names the commands, a group in each line.
func groupsHelp(root *cobra.Command) string {
	var b strings.Builder
	for _, g := range root.Groups() {
		var names []string
		for _, c := range root.Commands() {
			if c.GroupID == g.ID && c.IsAvailableCommand() {
				names = append(names, c.Name())
			}
		}
		b.WriteString(say.Wrap(strings.Join(names, ", "), fmt.Sprintf("%-21s", g.Title), strings.Repeat(" ", 21), helpWidth) + "\n")
	}
	return b.String()
}

// commandsHelp tells of the commands below one, group by group.
func commandsHelp(cmd *cobra.Command) string {
	var b strings.Builder
	list := func(title, id string) {
		var lines []string
		for _, c := range cmd.Commands() {
			if c.GroupID == id && c.IsAvailableCommand() {
				name := fmt.Sprintf("  %-*s ", cmd.Commands()[0].NamePadding(), c.Name())
				lines = append(lines, say.Wrap(c.Short, name, strings.Repeat(" ", len(name)), helpWidth)+"\n")
			}
		}
		if len(lines) > 0 {
			b.WriteString(title + "\n" + strings.Join(lines, ""))
		}
	}
	for _, g := range cmd.Groups() {
		list(g.Title, g.ID)
		b.WriteString("\n")
	}
	if len(cmd.Groups()) == 0 {
		list("Commands:", "")
	} else {
		list("Others:", "")
	}
	return b.String()
}

// wrapped returns a text whose paragraphs are broken into lines anew. Lines that are
// indented, or have columns, stay as they are.
func wrapped(text string) string {
	var out, paragraph []string
	flush := func() {
		if len(paragraph) > 0 {
			out = append(out, say.Wrap(strings.Join(paragraph, " "), "", "", helpWidth))
			paragraph = nil
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || strings.Contains(line, "  ") || line[0] == ' ' {
			flush()
			out = append(out, line)
			continue
		}
		paragraph = append(paragraph, line)
	}
	flush()
	return strings.Join(out, "\n")
}
