package socket

import "golang.org/x/sys/unix"

// peerOf asks the kernel who is at the other end (SO_PEERCRED in unix(7)). A process of
// another namespace, such as a container's, has the number that it has in this one.
func peerOf(fd int) (peer, error) {
	c, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return peer{}, err
	}
	return peer{int(c.Uid), int(c.Pid)}, nil
}
