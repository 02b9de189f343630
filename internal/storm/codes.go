//go:build !windows

package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// device names the place of an MFA device in the environment of this program
// where it is the command that knows the codes.
const device = "STORM_DEVICE"

// showCode prints a code of a device.
func showCode(place string) {
	answer, err := http.Get(place + "&asker=" + strconv.Itoa(os.Getppid()))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(os.Stdout, answer.Body)
}

// codes are the MFA devices. They note who asks.
type codes struct {
	people []fakeaws.Person
	url    string

	mu     sync.Mutex
	askers [][]int      // processes, by device
	alive  map[int]bool // callers
	kills  bool         // the first who asks about each device
	killed map[int]bool
	shown  map[string]bool
}

func newCodes(t machine.T, people []fakeaws.Person) *codes {
	c := &codes{people: people, alive: map[int]bool{}, shown: map[string]bool{}}
	server := httptest.NewServer(http.HandlerFunc(c.show))
	t.Cleanup(server.Close)
	c.url = server.URL
	c.reset(false)
	return c
}

// command is what prints a code of a device, for awsbroker_mfa_process.
func (c *codes) command(i int) string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("exec env '%s=%s/?device=%d' '%s'", device, c.url, i, self)
}

func (c *codes) reset(kills bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kills, c.askers, c.killed = kills, make([][]int, len(c.people)), map[int]bool{}
}

// show answers a question. The first about each device may be the asker's last: it
// is killed a moment later, with the code on the way, used, or its answer half kept.
func (c *codes) show(w http.ResponseWriter, r *http.Request) {
	query, _ := url.ParseQuery(r.URL.RawQuery)
	i, _ := strconv.Atoi(query.Get("device"))
	asker, _ := strconv.Atoi(query.Get("asker"))
	c.mu.Lock()
	c.askers[i] = append(c.askers[i], asker)
	dies := c.kills && len(c.askers[i]) == 1
	c.mu.Unlock()
	if dies {
		time.AfterFunc(time.Duration(rand.Int64N(int64(100*time.Millisecond))), func() { c.kill(asker) })
	}
	fmt.Fprintln(w, c.newCode(i))
}

// newCode is one that nobody was shown: who was killed may have noted it as used, and
// then the next would wait half a minute.
func (c *codes) newCode(i int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		code := machine.FreshCode(c.people[i].Device)
		if !c.shown[code] {
			c.shown[code] = true
			return code
		}
		c.people[i].Device.RunAhead()
	}
}

// born and gone tell which processes are callers: no other is killed.
func (c *codes) born(pid int) { c.mu.Lock(); c.alive[pid] = true; c.mu.Unlock() }

func (c *codes) gone(pid int) { c.mu.Lock(); delete(c.alive, pid); c.mu.Unlock() }

// kill a caller that has not ended.
func (c *codes) kill(pid int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.alive[pid] {
		c.killed[pid] = true
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

func (c *codes) wasKilled(pid int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.killed[pid]
}

// count returns how many questions there were, and for each device which processes asked.
func (c *codes) count() (questions int, askers [][]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range c.askers {
		questions += len(of)
	}
	return questions, c.askers
}
