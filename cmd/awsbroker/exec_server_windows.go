package main

import (
	"bytes"
	"context"
	"net"
	"sync"

	"github.com/awsbroker/awsbroker/internal/broker"
)

// startServer serves from this process, which waits for the command to end.
// Ctrl-C is the command's to act on: it does not end the server.
func (a *app) startServer(ctx context.Context, b *broker.Broker, l net.Listener, h handover) (end func() visits, err error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done, told := make(chan struct{}), &lockedBuffer{}
	go func() {
		defer close(done)
		_ = serve(ctx, b, l, h, told)
	}()
	return func() visits {
		cancel()
		<-done
		return visits(told.String())
	}, nil
}

// lockedBuffer is a buffer for several writers.
type lockedBuffer struct {
	sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.Write(p)
}

// platformCommands: the server is a part of exec here.
var platformCommands []command
