package awsapi

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Notice is what a person is told before something goes to an endpoint where somebody
// else than AWS may read it. The nil Notice tells nobody. Methods may be called at once.
type Notice struct {
	Tell func(text string) // is called once for each text

	mu   sync.Mutex
	told []string
}

// Announce tells what a person should know of the endpoint before the service is asked
// there: that its address is not AWS's own, or that it proves itself by certificates
// that are not the system's. Nothing is told of an address on this machine.
func (e Endpoint) Announce(service string) {
	if e.Notice == nil || e.IsLocal() {
		return
	}
	if !e.IsAWS(service) {
		e.Notice.tell(fmt.Sprintf("MFA codes and requests go to %s, which is not AWS's own address", e.Host()))
	}
	for _, c := range e.certificates() {
		if !isSystems(c.file) {
			e.Notice.tell(fmt.Sprintf("the certificates are those of %s (%s), not the system's: the maker of that file can read everything that is sent", c.file, c.from))
		}
	}
}

func (n *Notice) tell(text string) {
	n.mu.Lock()
	news := !slices.Contains(n.told, text)
	if news {
		n.told = append(n.told, text)
	}
	n.mu.Unlock()
	if news {
		n.Tell(text)
	}
}

// source is a file or directory of certificates, and the setting that names it.
type source struct{ file, from string }

// certificates returns what Go trusts in place of the system's certificates.
func (e Endpoint) certificates() (all []source) {
	if e.CABundle != "" {
		return []source{{e.CABundle, "AWS_CA_BUNDLE or ca_bundle"}}
	}
	for _, name := range certificateVariables {
		for _, file := range filepath.SplitList(os.Getenv(name)) {
			all = append(all, source{file, name})
		}
	}
	return all
}

// isSystems reports whether a file is in a directory of the system's, where only who
// decides about the system's certificates can have put it.
func isSystems(file string) bool {
	real, err := filepath.EvalSymlinks(file)
	return err == nil && slices.ContainsFunc(systemDirectories, func(dir string) bool { return strings.HasPrefix(real, dir) })
}
