// Package early answers calls from what the kernel holds (package answers), as
// soon as a Go program can do anything: it is for those that people wait for.
// AWS tools run credential-process for every command, scripts run exec in
// loops. What it does not answer goes on as if it were not there: package start
// tries once more from the sealed files, and main works everything out.
//
// Go initialises packages in the order of their paths, each as soon as those
// that it imports are (https://go.dev/doc/go1.21#language). This one imports
// little, so that it goes before most of what awsbroker is linked with; in the
// time of what strings imports alone, a Go hello-world runs a quarter of its
// life. TestEarlyNeedsLittle in package layers holds what it and its imports
// may import.
//
// It and package start are the exceptions to "main holds the only os.Exit".
package early
