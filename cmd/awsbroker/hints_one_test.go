package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A hint has one command, which stands on a line of its own and is pasted as a whole: a
// second one is a second hint.
func TestHintsHaveOneCommand(t *testing.T) {
	files, hints := token.NewFileSet(), 0
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			text, literal := call.Args[0].(*ast.BasicLit)
			if !ok || !literal || method.Sel.Name != "Hint" {
				return true
			}
			words, err := strconv.Unquote(text.Value)
			if err != nil {
				return true
			}
			hints++
			if strings.Count(words, ": awsbroker ") > 1 {
				t.Errorf("%s: %q", files.Position(text.Pos()), words)
			}
			return true
		})
		return nil
	})
	if err != nil || hints < 100 {
		t.Errorf("%d hints were looked at: %v", hints, err)
	}
}
