// Command fakeaws serves the faked AWS of internal/fakeaws with the standard
// account in it, for the demo and for tests that are no Go programs. It prints
// one line of JSON that says where it is and with which key it is to be used.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

type options struct {
	listen         string
	infoFile       string
	caFile         string
	clockOffset    time.Duration
	sessionSeconds int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "fakeaws: error:", err)
		os.Exit(1)
	}
}

func parse(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	flags := flag.NewFlagSet("fakeaws", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "`address` to listen on")
	flags.StringVar(&o.infoFile, "info", "", "write the line of JSON into `file` (mode 0600) instead of stdout")
	flags.StringVar(&o.caFile, "tls-ca", "", "serve https and write the authority's certificate into `file`")
	flags.DurationVar(&o.clockOffset, "clock-offset", 0, "how far the server's clock is ahead of the real one")
	flags.IntVar(&o.sessionSeconds, "session-seconds", 0, "let sessions end after `n` seconds, whatever was asked for")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return o, nil
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err == flag.ErrHelp {
		return nil
	}
	if err != nil {
		return err
	}
	world := fakeaws.NewStandard()
	defer world.Server.Close()
	world.Server.Advance(o.clockOffset)
	world.Server.SetSessionLife(time.Duration(o.sessionSeconds) * time.Second)
	if err := listen(world.Server, o); err != nil {
		return err
	}
	if err := writeInfo(world.Info(), o.infoFile, stdout); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func listen(s *fakeaws.Server, o *options) error {
	if o.caFile == "" {
		_, err := s.Listen(o.listen)
		return err
	}
	_, ca, err := s.ListenTLS(o.listen)
	if err != nil {
		return err
	}
	return os.WriteFile(o.caFile, ca, 0o644)
}

// writeInfo renames the file into place, so that whoever waits for it never
// reads half of it.
func writeInfo(info fakeaws.Info, file string, stdout io.Writer) error {
	line, err := json.Marshal(info)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if file == "" {
		_, err = stdout.Write(line)
		return err
	}
	temporary := file + ".new"
	if err := os.Remove(temporary); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.WriteFile(temporary, line, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, file)
}
