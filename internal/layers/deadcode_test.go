package layers

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// anyMethod is how the linker marks a function that looks a method up by a
// name which is known at run time only (reflect.Value.MethodByName, Method). If
// one of those can be reached, the linker keeps every exported method of every
// type, since any of them may be meant: the whole IAM client among them.
const anyMethod = " <ReflectMethod>"

// TestDeadCodeIsLeftOut holds that no such function is in what ships, and tells
// who reaches the first: those that follow it may be among what it keeps.
func TestDeadCodeIsLeftOut(t *testing.T) {
	out, err := link().CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	from := map[string]string{} // whence the linker came to a symbol first
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		parent, symbol, ok := strings.Cut(lines.Text(), " -> ")
		if _, known := from[symbol]; !ok || known {
			continue
		}
		from[symbol] = parent
		if strings.HasSuffix(symbol, anyMethod) {
			t.Fatalf("a method is looked up by name, and so every exported method is kept:\n\t%s", strings.Join(chain(from, symbol), "\n\t"))
		}
	}
	if from["main.main"] == "" {
		t.Error("the linker did not tell what it reached")
	}
}

// link is the command that links awsbroker and tells what refers to what.
func link() *exec.Cmd {
	cmd := exec.Command("go", "build", "-ldflags=-s -w -dumpdep", "-o", os.DevNull, module+"cmd/awsbroker")
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	return cmd
}

// chain leads from the program's start to a symbol.
func chain(from map[string]string, symbol string) []string {
	steps := []string{symbol}
	for from[steps[0]] != "" && len(steps) < 50 {
		steps = append([]string{from[steps[0]]}, steps...)
	}
	return steps
}
