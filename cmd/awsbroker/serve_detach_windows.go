package main

import "github.com/awsbroker/awsbroker/internal/failure"

// detachServer refuses: no process of Windows outlives its console like that.
func (a *app) detachServer(service) error {
	return failure.New(failure.Usage, "--detach is not available on Windows").Hint("leave out --detach, and use a window of its own")
}
