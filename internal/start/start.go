// Package start is what happens before main: a cached call is answered
// (hit.go), or what the rest of the program would do while it loads is kept
// from hanging (guard.go). It uses the standard library and x/sys only.
package start

import "os"

func init() {
	protect()
	hit(os.Args)
	guard(os.Args)
}
