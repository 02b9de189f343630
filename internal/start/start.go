// Package start is what happens before main, once package early had no answer:
// a cached call is answered from its sealed files (hit.go), or what the rest of
// the program would do while it loads is kept from hanging (guard.go). It uses
// the standard library and x/sys only.
package start

import (
	"os"

	_ "github.com/awsbroker/awsbroker/internal/early" // goes first
)

func init() {
	tellVersion(os.Args)
	dropCore()
	needDescriptors()
	hit(os.Args)
	guard(os.Args)
}
