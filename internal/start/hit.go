package start

// A call that is answered from the cache is the one that people wait for: AWS
// tools make it for every command. It is answered here, before the packages
// that only other calls need are initialised, in half the time of a start of
// the whole program. What is not exactly "credential-process --profile NAME",
// or not in the cache, falls through to main, which works everything out.
//
// It is the one exception to "main holds the only os.Exit".

import (
	"os"
	"time"

	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/grants"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/session"
)

// hit answers a cached call and ends the process, or returns. It reads the
// system's sealing key and two small files, and adds a line to the log; it opens
// no connection, starts no process and waits for nothing.
func hit(args []string) {
	if len(args) != 4 || args[1] != "credential-process" || args[2] != "--profile" || args[3] == "" {
		return
	}
	p := paths.FromEnv()
	dir, err := session.FindDir(p.Cache, false)
	if err != nil {
		return
	}
	key, err := session.SystemKey(dir)
	if err != nil {
		return
	}
	cache, err := session.New(dir, key)
	if err != nil {
		return
	}
	s, known, ok := cache.Lookup(session.NewCall(args[3], p), time.Now())
	if !ok || !known.Agents && caller.Find().Agent != (caller.Agent{}) {
		return
	}
	answer, err := s.Answer()
	if err != nil {
		return
	}
	note(p, args[3], s, known)
	if _, err := os.Stdout.Write(answer); err != nil {
		os.Stderr.WriteString("awsbroker: error: " + err.Error() + "\n")
		os.Exit(1) // part of an answer may not be followed by another
	}
	os.Exit(0)
}

// note the grant in the log, before it is one: a process that is killed here
// leaves a line too many and not one too few. Without a log there is an answer
// all the same.
func note(p paths.Paths, profile string, s session.Session, known session.Known) {
	if known.LogOff {
		return
	}
	_ = grants.Write(p.LogFile(), grant.Grant{
		Profile:     profile,
		RoleARN:     known.RoleARN,
		Account:     s.AccountID,
		AccessKeyID: s.AccessKeyID,
		Expires:     s.Expiration,
		How:         grant.Cached,
		Command:     "credential-process",
	})
}
