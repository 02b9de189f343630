// Package style holds the English of the program and its documentation as a
// test. The rules are in CONTRIBUTING.md, the words in phrases_test.go.
package style

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// A passage is a text that a person reads, and where it is.
type passage struct{ at, text string }

// TestPhrases reads the program's texts and the documentation. An old phrase
// fails, with the words to use in its place.
func TestPhrases(t *testing.T) {
	documentation := pages(t)
	texts := append(programTexts(t), documentation...)
	if len(texts) < 2000 {
		t.Fatalf("%d texts were found, which are too few", len(texts))
	}
	checkPhrases(t, texts, phrases)
	checkPhrases(t, documentation, pagePhrases)
}

// checkPhrases fails at each sentence that has a phrase.
func checkPhrases(t *testing.T, texts []passage, list []phrase) {
	t.Helper()
	for _, p := range list {
		pattern := regexp.MustCompile(`(?i)` + p.words)
		for _, x := range texts {
			for _, s := range sentences(x.text) {
				if pattern.MatchString(s) {
					t.Errorf("%s: %q\n\thas %q; write: %s", x.at, s, p.words, p.instead)
				}
			}
		}
	}
}

// TestPhrasesAreFound holds the parts of the test that find nothing when broken.
func TestPhrasesAreFound(t *testing.T) {
	got := strings.Join(sentences("It goes\nout. What\n is it?  two: three"), "|")
	if want := "It goes out.|What is it?|two: three"; got != want {
		t.Errorf("sentences: %q, want %q", got, want)
	}
}

var sentenceEnd = regexp.MustCompile(`([.?!;])["')]*\s+`)

// sentences splits a text at the ends of its sentences, with single spaces.
func sentences(text string) []string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.Split(sentenceEnd.ReplaceAllString(text, "$1\x00"), "\x00")
}

// programTexts returns the string literals of all packages that awsbroker is
// linked with.
func programTexts(t *testing.T) []passage {
	list := exec.Command("go", "list", "-deps", "-f", `{{if not .Standard}}{{.Dir}}{{end}}`, "./cmd/awsbroker")
	list.Dir = root
	dirs, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	var out []passage
	for _, dir := range strings.Fields(string(dirs)) {
		if !strings.HasPrefix(dir, here+string(filepath.Separator)) {
			continue
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if !strings.HasSuffix(path, "_test.go") {
				out = append(out, literals(t, here, path)...)
			}
		}
	}
	return out
}

// literals returns the string literals of a file, without import paths and tags.
func literals(t *testing.T, here, path string) []passage {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(path, here+string(filepath.Separator))
	var out []passage
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			n.Tag = nil
		case *ast.BinaryExpr:
			if text, ok := joined(n); ok {
				out = append(out, passage{fmt.Sprintf("%s:%d", name, set.Position(n.Pos()).Line), text})
				return false
			}
		case *ast.BasicLit:
			if text, ok := joined(n); ok {
				out = append(out, passage{fmt.Sprintf("%s:%d", name, set.Position(n.Pos()).Line), text})
			}
		}
		return true
	})
	return out
}

// joined returns the text of a literal, or of literals that are added up.
func joined(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, e.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		left, ok := joined(e.X)
		right, also := joined(e.Y)
		return left + right, e.Op == token.ADD && ok && also
	}
	return "", false
}

var (
	unreleased = regexp.MustCompile(`(?s)^.*?\n## Unreleased\n(.*?)(\n## .*)?$`)
	code       = regexp.MustCompile("`[^`\n]*`")
)

// pages returns the paragraphs of the documentation, without code in backquotes.
func pages(t *testing.T) []passage {
	paths, err := filepath.Glob(root + "/docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []passage
	for _, path := range append(paths, root+"/README.md", root+"/SECURITY.md", root+"/CHANGELOG.md") {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		if filepath.Base(path) == "CHANGELOG.md" {
			text = unreleased.ReplaceAllString(text, "$1")
		}
		line := 1
		for _, paragraph := range strings.Split(text, "\n\n") {
			out = append(out, passage{fmt.Sprintf("%s:%d", strings.TrimPrefix(path, root+"/"), line), code.ReplaceAllString(paragraph, "…")})
			line += strings.Count(paragraph, "\n") + 2
		}
	}
	return out
}
