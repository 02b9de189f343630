package main

import (
	"context"
	"net"

	"github.com/awsbroker/awsbroker/internal/broker"
)

// startServer serves from this process, which waits for the command to end.
// Ctrl-C is the command's to act on: it does not end the server.
func (a *app) startServer(ctx context.Context, b *broker.Broker, l net.Listener, h handover) (end func(), err error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = serve(ctx, b, l, h)
	}()
	return func() {
		cancel()
		<-done
	}, nil
}

// platformCommands: the server is a part of exec here.
var platformCommands []command
