package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// A command is in a text from the word awsbroker to where it can be told to end: a
// person has to see that, too, before pasting it.
var commandInText = regexp.MustCompile(`(?:[A-Z_]+=[^\n ]+ )*\bawsbroker (\x00|[a-z][a-z-]*)((?: ?'[^']*'| ?\\'| ?[^\n ;,()":'|&·])*)`)

// hole is what stands in a hint for a word that is not known before the program runs.
const hole = "\x00"

// hint is a command that a text of the program tells people to run.
type hint struct {
	command string // with holes
	at      string // file:line
	help    bool   // in a text of --help, which no state of the machine brings about
}

// hintsInSource finds the commands in the texts of the program.
func hintsInSource(t *testing.T) (all []hint) {
	t.Helper()
	files := token.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && slices.Contains([]string{"e2e", "findings", "fakeaws", "demo", "bench", "machine", "desktop", "brokertest", "seccomptest", "acceptance"}, e.Name()) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		collect := func(text string, at token.Pos, help bool) {
			if help { // of which the examples are to be run, and sentences about commands are not
				text = examples.ReplaceAllString(text, "$1\n")
			}
			for _, command := range commandsIn(text) {
				position := files.Position(at)
				all = append(all, hint{command, strings.TrimPrefix(position.Filename, "../../") + ":" + strconv.Itoa(position.Line), help})
			}
		}
		visitTexts(f, false, collect)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// visitTexts calls f with each text below a node: a literal, or several that are put
// together, with holes for what is no literal.
func visitTexts(n ast.Node, help bool, f func(text string, at token.Pos, help bool)) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			key, ok := n.Key.(*ast.Ident)
			if ok && slices.Contains([]string{"Long", "Example", "Short"}, key.Name) {
				visitTexts(n.Value, true, f)
				return false
			}
		case *ast.ValueSpec:
			if n.Names[0].IsExported() || !(strings.HasSuffix(n.Names[0].Name, "Help") || strings.HasSuffix(n.Names[0].Name, "Long") || strings.HasSuffix(n.Names[0].Name, "Example")) {
				return true
			}
			for _, value := range n.Values {
				visitTexts(value, true, f)
			}
			return false
		case *ast.BinaryExpr:
			if text, ok := textOf(n); ok {
				f(text, n.Pos(), help)
				return false
			}
		case *ast.BasicLit:
			if text, ok := textOf(n); ok {
				f(text, n.Pos(), help)
			}
		}
		return true
	})
}

// examples are the lines of a help that begin with a command.
var examples = regexp.MustCompile(`(?m)^(  awsbroker .*)$|^.*\n?`)

// verb is what a format has for an argument.
var verb = regexp.MustCompile(`%(\[\d+\])?[+#]?[a-z]`)

// textOf returns a text with holes; ok is false if there is no literal in it.
func textOf(e ast.Expr) (text string, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil || e.Kind != token.STRING {
			return hole, false
		}
		return verb.ReplaceAllString(strings.ReplaceAll(text, "%%", "\x01"), hole), true
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return hole, false
		}
		x, isText := textOf(e.X)
		y, isTextToo := textOf(e.Y)
		return x + y, isText || isTextToo
	}
	return hole, false
}

// subject is what begins with the command of a command line that made no sense.
var subject = regexp.MustCompile(`^awsbroker( [a-z-]+)+ (takes|runs|has)\b`)

// commandsIn returns the commands in a text.
func commandsIn(text string) (commands []string) {
	for _, m := range commandInText.FindAllStringSubmatch(text, -1) {
		known := commandIn([]string{m[1]}) != "" || slices.Contains([]string{hole, "help", "completion", "ls", "rm"}, m[1])
		if known && !subject.MatchString(m[0]) {
			commands = append(commands, strings.TrimRight(m[0], " .!?…"))
		}
	}
	return commands
}

// shellWords splits a command as a shell does.
func shellWords(command string) (all []string) {
	for _, m := range regexp.MustCompile(`(?:'[^']*'|\\'|[^ '])+`).FindAllString(command, -1) {
		all = append(all, strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(m, `'\''`, "\x02"), "'", ""), "\x02", "'"))
	}
	return all
}

// checkCommand returns why the program would not take a command line; nil if it does, as
// far as that can be known without running it.
func checkCommand(command string) error {
	command = command[strings.Index(command, "awsbroker "):] // without variables
	if strings.HasPrefix(command, "awsbroker "+hole) {
		return nil // any
	}
	command = regexp.MustCompile("([a-z])"+hole).ReplaceAllString(command, "$1") // flags, or none
	command = strings.Replace(command, "awsbroker keys "+hole, "awsbroker keys delete", 1)
	root := newRoot(&app{}, "")
	root.InitDefaultHelpCmd()
	cmd, rest, err := root.Find(shellWords(strings.ReplaceAll(command, hole, "x"))[1:])
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if errors.Is(err, pflag.ErrHelp) {
		return nil
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	return err
}

// TestHintsAreCommands: what the texts of the program tell people to run is a command
// line that the program takes.
func TestHintsAreCommands(t *testing.T) {
	t.Parallel()
	byCommand := map[string]hint{}
	for _, h := range hintsInSource(t) {
		byCommand[h.command] = h
	}
	if len(byCommand) < 100 {
		t.Errorf("only %d commands are found", len(byCommand))
	}
	for _, command := range slices.Sorted(maps.Keys(byCommand)) {
		if err := checkCommand(command); err != nil {
			t.Errorf("%s: %q: %v", byCommand[command].at, strings.ReplaceAll(command, hole, "□"), err)
		}
	}
}
