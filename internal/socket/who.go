package socket

import (
	"fmt"
	"hash/fnv"
	"net"
	"os"

	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// peer is the process at the other end of a connection, as the system tells.
type peer struct {
	uid int
	pid int // 0 where the system does not tell
}

// checkPeer returns the process at the other end, if it is this user's or root's. Root of
// this machine can take any session there is here by itself; and in a container without
// users of its own, root is who asks.
func checkPeer(c *net.UnixConn) (peer, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return peer{}, err
	}
	var p peer
	var told error
	if err := raw.Control(func(fd uintptr) { p, told = peerOf(int(fd)) }); err != nil {
		return peer{}, err
	}
	if told != nil {
		return peer{}, failure.New(failure.Other, "this system does not tell which user asks: %w", told)
	}
	if p.uid != os.Geteuid() && p.uid != 0 {
		return p, failure.New(failure.Other, "the server is for user %d, and user %d asks", os.Geteuid(), p.uid)
	}
	return p, nil
}

// identify returns who asks: what the system tells of the process, and what the client
// says of itself. An agent that only the client, or only the environment of the server,
// tells of is one as well, since that can only mean less.
func identify(p peer, me Me, agent caller.Agent) caller.Process {
	who := caller.Process{Client: &caller.Client{Program: me.Program, Host: me.Host}}
	if p.pid > 0 {
		client := who.Client
		who = caller.FindFrom(p.pid, false)
		if ownPID(p.pid) == me.PID { // it is the client itself, and nothing like ssh between
			if parent := caller.Parent(p.pid); parent > 0 {
				who = caller.FindFrom(parent, true)
			}
			who.Dir, _ = os.Readlink(fmt.Sprintf("/proc/%d/cwd", who.PID))
			client.Program = ""
			if host, err := os.Hostname(); err == nil && host == me.Host && p.pid == me.PID { // and no container
				client.Host = ""
			}
		}
		who.Client = client
	}
	if who.Agent == (caller.Agent{}) {
		who.Agent = agent
	}
	if who.Agent == (caller.Agent{}) {
		who.Agent.Name = say.Clean(me.Agent)
	}
	return who
}

// jobOf returns the job that asks. What one job was told is not for another one.
func jobOf(p peer, me Me) int {
	h := fnv.New32a()
	fmt.Fprintf(h, "%d\x00%d\x00%s\x00%d\x00%s", p.uid, groupOf(p.pid), me.Host, me.Job, me.Program)
	return int(h.Sum32()>>1) + 1
}
