package session

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/answers"
)

// The answers of one state directory are in a keyring of their own, so that
// they go at once. Its permissions are the sealing key's, and to write.
const answersPerm = 0x3f2f0000

func answersRing(state string) (id int, name string, err error) {
	name = "awsbroker:answers:" + state
	id, err = unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "keyring", name, 0)
	return id, name, err
}

// keepAnswer for some time. The system's room for keys is everybody's: it is
// not more than half filled.
func keepAnswer(state, name string, data []byte, life time.Duration) error {
	seconds := int(life / time.Second)
	if seconds <= 0 || len(data) > answers.MostBytes || !roomForKey(len(name)+len(data)) {
		return nil
	}
	ring, ringName, err := answersRing(state)
	if err != nil {
		if ring, err = unix.AddKey("keyring", ringName, nil, unix.KEY_SPEC_USER_KEYRING); err == nil {
			err = unix.KeyctlSetperm(ring, answersPerm)
		}
	}
	if err != nil {
		return keyError("keep answers beside", err)
	}
	id, err := unix.AddKey("user", name, data, ring)
	if err == nil {
		if err = unix.KeyctlSetperm(id, keyPerm); err == nil {
			_, err = unix.KeyctlInt(unix.KEYCTL_SET_TIMEOUT, id, seconds, 0, 0)
		}
		if err != nil {
			_, _ = unix.KeyctlInt(unix.KEYCTL_UNLINK, id, ring, 0, 0)
		}
	}
	return keyError("keep an answer beside", err)
}

// roomForKey reads how much of its quota this user has taken.
func roomForKey(bytes int) bool {
	f, err := os.Open("/proc/key-users") // proc(5)
	if err != nil {
		return false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var uid, usage, all, instantiated, keys, mostKeys, taken, most int
		n, _ := fmt.Sscanf(strings.TrimSpace(lines.Text()), "%d: %d %d/%d %d/%d %d/%d", &uid, &usage, &all, &instantiated, &keys, &mostKeys, &taken, &most)
		if n == 8 && uid == os.Getuid() {
			return keys < mostKeys/2 && taken+bytes < most/2
		}
	}
	return false
}

// dropAnswers that were kept ready, all of a state directory.
func dropAnswers(state string) {
	if ring, _, err := answersRing(state); err == nil {
		_, _ = unix.KeyctlInt(unix.KEYCTL_UNLINK, ring, unix.KEY_SPEC_USER_KEYRING, 0, 0)
	}
}
