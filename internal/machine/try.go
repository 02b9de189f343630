//go:build !windows

package machine

import (
	"errors"
	"fmt"
	"strings"
)

// Try lets a program that is no test use a machine. It returns the error of
// the first thing that goes wrong.
func Try(run func(T)) (err error) {
	t := &program{}
	defer func() {
		for i := len(t.cleanups) - 1; i >= 0; i-- {
			t.cleanups[i]()
		}
	}()
	defer func() {
		if p := recover(); p != nil && p != any(t) {
			panic(p)
		}
		err = t.err
	}()
	run(t)
	return nil
}

// program is a [T] that ends at the first failure.
type program struct {
	cleanups []func()
	err      error
}

func (p *program) Helper()             {}
func (p *program) Failed() bool        { return false } // what it shows is the program's own business
func (p *program) Logf(string, ...any) {}
func (p *program) Cleanup(f func())    { p.cleanups = append(p.cleanups, f) }

func (p *program) Fatal(args ...any) { p.fail(strings.TrimSuffix(fmt.Sprintln(args...), "\n")) }

func (p *program) Fatalf(format string, args ...any) { p.fail(fmt.Sprintf(format, args...)) }

func (p *program) fail(message string) {
	p.err = errors.New(message)
	panic(p)
}
