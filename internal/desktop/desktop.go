// Package desktop is a Linux desktop for tests, as far as keychains go: a session
// bus of its own, and on it the real daemons that are a Secret Service.
//
// keyring looks for the session bus once, when the program starts. So tests that
// need one run in a second process: [Run] starts a bus and runs this test binary
// again with its address. Nothing is started by name on that bus, so that a
// killed daemon stays dead.
package desktop

import "os"

const busVariable = "AWSBROKER_TEST_BUS"

// OnBus reports whether this is the second process, which has a bus.
func OnBus() bool { return os.Getenv(busVariable) != "" }
