// Command guard stands for awsbroker in the tests of the guard: it links
// package start and the keyring library, and says which backends and which
// environment came of it.
package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/99designs/keyring"
	"github.com/awsbroker/awsbroker/internal/start"
)

func main() {
	fmt.Println("backends", keyring.AvailableBackends())
	fmt.Println("address", os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	fmt.Println("kwallet", os.Getenv("DISABLE_KWALLET"))
	for _, kv := range start.Environ() {
		if slices.Contains(os.Args, "show-environ") {
			fmt.Println("environ", kv)
		}
	}
}
