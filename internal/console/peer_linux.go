package console

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// isForeign reports whether the client at the far end of a connection to this machine is
// another user's, as far as the kernel tells: everybody can read the browser's arguments
// and so come first. Root is none: root may do anything here, and forwards for Windows.
func isForeign(client, server string) bool {
	uid, ok := ownerOf(client, server)
	return ok && uid != 0 && uid != os.Getuid()
}

// ownerOf returns the user whose socket at client is connected to server. The kernel
// lists sockets in proc_net_tcp(5); a client may use IPv6 to reach an IPv4 address.
func ownerOf(client, server string) (uid int, ok bool) {
	from, err1 := netip.ParseAddrPort(client)
	to, err2 := netip.ParseAddrPort(server)
	if err1 != nil || err2 != nil || !from.Addr().Is4() || !to.Addr().Is4() {
		return 0, false
	}
	for file, hex := range map[string]func(netip.AddrPort) string{"tcp": hex4, "tcp6": hex6} {
		if uid, ok := findSocket("/proc/self/net/"+file, hex(from), hex(to)); ok {
			return uid, true
		}
	}
	return 0, false
}

// findSocket looks for a line "0: LOCAL REMOTE STATE QUEUES TIMER RETRANSMITS UID".
func findSocket(path, local, remote string) (uid int, ok bool) {
	f, err := os.Open(path)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if w := strings.Fields(lines.Text()); len(w) > 7 && w[1] == local && w[2] == remote {
			uid, err := strconv.Atoi(w[7])
			return uid, err == nil
		}
	}
	return 0, false
}

// hex4 is an address as the kernel prints it: the four bytes as a number of this machine.
func hex4(a netip.AddrPort) string {
	b := a.Addr().As4()
	return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(b[:]), a.Port())
}

// hex6 is hex4 for an IPv4 address within IPv6.
func hex6(a netip.AddrPort) string {
	return fmt.Sprintf("0000000000000000%08X", binary.NativeEndian.Uint32([]byte{0, 0, 0xff, 0xff})) + hex4(a)
}
