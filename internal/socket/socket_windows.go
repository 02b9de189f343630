package socket

import (
	"net"

	"github.com/awsbroker/awsbroker/internal/failure"
)

// Socket is where a server listens; Windows has none, since it does not tell who is on
// the other side.
type Socket struct{ *net.UnixListener }

// CheckSocket says that there can be none.
func CheckSocket(string) error {
	return failure.New(failure.Usage, "on Windows, awsbroker cannot see which user is at the other end of a socket").
		Hint("use --listen 127.0.0.1:PORT, which takes a token")
}

// Listen is CheckSocket.
func Listen(path string) (*Socket, error) { return nil, CheckSocket(path) }

// Remove has nothing to do.
func (s *Socket) Remove() {}
