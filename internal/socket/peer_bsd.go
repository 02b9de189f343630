//go:build darwin || freebsd

package socket

import "golang.org/x/sys/unix"

// peerOf asks the kernel who is at the other end (LOCAL_PEERCRED in unix(4)).
func peerOf(fd int) (peer, error) {
	c, err := unix.GetsockoptXucred(fd, solLocal, unix.LOCAL_PEERCRED)
	if err != nil {
		return peer{}, err
	}
	return peer{int(c.Uid), pidOf(fd)}, nil
}
