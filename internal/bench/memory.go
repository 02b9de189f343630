//go:build !windows

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// asking names awsbroker in the environment of this program where it is the
// command that exec --server runs.
const asking = "AWSBROKER_BENCH_ASKS"

// serverMemory returns the resident memory of exec --server after a thousand
// requests, and what of it is its own, in KiB; 0 where the system does not tell.
// The rest is pages of the program's file, which all its processes share.
func (w *world) serverMemory() (resident, own int) {
	self, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	m := w.home(nil)
	warm(m)
	r := m.With(asking+"="+m.Bin).Run("exec", "--server", "--profile", "admin", "--", self)
	if _, err := fmt.Sscan(r.Stdout, &resident, &own); r.Code != 0 || err != nil {
		w.t.Fatal(r)
	}
	return resident, own
}

// askServer asks for the session a thousand times, as an SDK does, and prints
// what the server keeps in memory then.
func askServer() {
	request, err := http.NewRequest(http.MethodGet, os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"), nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	request.Header.Set("Authorization", os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN"))
	for range 1000 {
		answer, err := http.DefaultClient.Do(request)
		if err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s", answer.Status)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	http.DefaultClient.CloseIdleConnections()
	time.Sleep(time.Second)
	fmt.Println(residentServer(os.Getenv(asking)))
}

// residentServer returns VmRSS and RssAnon in KiB of the server that this binary
// is running as, by proc_pid_status(5).
func residentServer(binary string) (resident, own int) {
	commands, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range commands {
		process := filepath.Dir(path)
		command, _ := os.ReadFile(path)
		if program, err := os.Readlink(process + "/exe"); err != nil || program != binary || !bytes.Contains(command, []byte("exec-server")) {
			continue
		}
		status, _ := os.ReadFile(process + "/status")
		for line := range strings.Lines(string(status)) {
			switch f := strings.Fields(line); {
			case len(f) == 3 && f[0] == "VmRSS:":
				resident, _ = strconv.Atoi(f[1])
			case len(f) == 3 && f[0] == "RssAnon:":
				own, _ = strconv.Atoi(f[1])
			}
		}
	}
	return resident, own
}
