package layers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunsKnowTheirAgent: each run of the program that ships says for which coding agent it
// works. A run that does not would be a person's, whoever asks.
func TestRunsKnowTheirAgent(t *testing.T) {
	runs := 0
	for _, p := range deps(t, module+"cmd/awsbroker") {
		if !strings.HasPrefix(p.ImportPath, module) {
			continue
		}
		files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.CompositeLit); ok && isRun(lit.Type) {
					if runs++; !hasField(lit, "Agent") {
						t.Errorf("%s: a run that does not know its agent", set.Position(lit.Pos()))
					}
				}
				return true
			})
		}
	}
	if runs < 3 {
		t.Errorf("%d runs", runs)
	}
}

// isRun reports whether a type is broker.Broker, or Broker in package broker.
func isRun(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name == "Broker"
	case *ast.SelectorExpr:
		of, ok := x.X.(*ast.Ident)
		return ok && of.Name == "broker" && x.Sel.Name == "Broker"
	}
	return false
}

func hasField(lit *ast.CompositeLit, name string) bool {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == name {
				return true
			}
		}
	}
	return false
}
