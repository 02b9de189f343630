package start

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	busVariable = "DBUS_SESSION_BUS_ADDRESS"

	// deadBus is an address that godbus refuses without a system call, for a
	// transport that it does not know.
	deadBus = "disabled:by=awsbroker"

	// probeTimeout is how long a bus may take to answer. A living one takes
	// well under a millisecond.
	probeTimeout = 300 * time.Millisecond
)

// guard hides the session bus from the packages that are initialised later,
// unless this command has a use for it and it answers.
func guard(args []string) {
	environ = os.Environ()
	if wantsBus(args, os.Getenv("AWSBROKER_KEYSTORE"), pinnedKeystore) {
		if address := liveBus(candidates(), time.Now().Add(probeTimeout)); address != "" {
			// Where the variable is right already this changes nothing. Else
			// godbus would run dbus-launch, or try an address that hangs first.
			_ = os.Setenv(busVariable, address)
			return
		}
	}
	_ = os.Setenv(busVariable, deadBus)
	_ = os.Setenv("DISABLE_KWALLET", "1")
}

// candidate is a place where the session bus may be.
type candidate struct {
	address string // as godbus takes it
	guessed bool   // not said by the environment
}

// candidates are the addresses in the environment or, where it has none, the
// sockets that systemd makes and libdbus finds by itself
// (https://dbus.freedesktop.org/doc/dbus-specification.html#message-bus-types-login).
// godbus 4.1.0 does not know those, and would run dbus-launch.
func candidates() []candidate {
	var found []candidate
	if set := os.Getenv(busVariable); set != "" && set != "autolaunch:" {
		for _, address := range strings.Split(set, ";") {
			found = append(found, candidate{address: address})
		}
		return found
	}
	dirs := []string{os.Getenv("XDG_RUNTIME_DIR"), "/run/user/" + strconv.Itoa(os.Getuid())}
	for _, dir := range dirs {
		// A comma or semicolon would end the path in an address.
		if filepath.IsAbs(dir) && !strings.ContainsAny(dir, ",;") {
			found = append(found, candidate{"unix:path=" + filepath.Join(dir, "bus"), true})
		}
	}
	return found
}

// liveBus is the address of the first candidate that lets us in, or "".
func liveBus(from []candidate, deadline time.Time) string {
	for _, c := range from {
		if name := socketName(c.address); name != "" && answers(name, c.guessed, deadline) {
			return c.address
		}
	}
	return ""
}

// socketName is the unix socket of an address, read as godbus reads it: "@" for
// the abstract name space, no escapes. Other transports have none: over TCP the
// Secret Service's plain sessions would carry secrets in clear.
func socketName(address string) string {
	options, ok := strings.CutPrefix(address, "unix:")
	if !ok {
		return ""
	}
	var path, abstract string
	for _, option := range strings.Split(options, ",") {
		switch key, value, _ := strings.Cut(option, "="); {
		case key == "path" && path == "":
			path = value
		case key == "abstract" && abstract == "":
			abstract = value
		}
	}
	switch {
	case path != "" && abstract != "":
		return ""
	case abstract != "":
		return "@" + abstract
	}
	return path
}

// answers reports whether a D-Bus server at the socket accepts our user:
// https://dbus.freedesktop.org/doc/dbus-specification.html#auth-protocol
// It uses bare system calls: importing net would make this package wait for
// the very ones that it has to precede.
func answers(name string, guessed bool, deadline time.Time) bool {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	if !connect(fd, name, deadline) || guessed && !ours(fd) {
		return false
	}
	uid := hex.EncodeToString([]byte(strconv.Itoa(os.Getuid())))
	if _, err := unix.Write(fd, []byte("\x00AUTH EXTERNAL "+uid+"\r\n")); err != nil {
		return false
	}
	return strings.HasPrefix(readLine(fd, deadline), "OK ")
}

// connect tries again while the queue of the listening socket is full, which
// is how a busy bus and a hung one look at first.
func connect(fd int, name string, deadline time.Time) bool {
	for {
		err := unix.Connect(fd, &unix.SockaddrUnix{Name: name})
		if err == nil {
			return true
		}
		if err != unix.EAGAIN && err != unix.EINTR || !time.Now().Before(deadline) {
			return false
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// ours reports whether the socket's server runs as us or as root. A runtime
// directory that su or sudo left in the environment is somebody else's, and
// so would be the keychain behind it.
func ours(fd int) bool {
	peer, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	return err == nil && (peer.Uid == 0 || int(peer.Uid) == os.Getuid())
}

// readLine reads up to the first newline, or what there is by the deadline.
func readLine(fd int, deadline time.Time) string {
	var line []byte
	buf := make([]byte, 256)
	for len(line) < 4096 && !strings.Contains(string(line), "\n") {
		left := time.Until(deadline)
		if left <= 0 {
			break
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds())+1)
		if err == unix.EINTR {
			continue
		} else if err != nil || n == 0 {
			break
		}
		n, err = unix.Read(fd, buf)
		if err == unix.EAGAIN || err == unix.EINTR {
			continue
		} else if err != nil || n <= 0 {
			break
		}
		line = append(line, buf[:n]...)
	}
	return string(line)
}
