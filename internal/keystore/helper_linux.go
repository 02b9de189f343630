package keystore

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// controllingTerminal reads field 7, tty_nr, of /proc/self/stat (proc(5)).
func controllingTerminal() string {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 5 {
		return ""
	}
	device, _ := strconv.ParseUint(fields[4], 10, 32)
	major, minor := device>>8&0xfff, device&0xff|device>>12&0xfff00
	switch { // https://www.kernel.org/doc/html/latest/admin-guide/devices.html
	case 136 <= major && major <= 143:
		return fmt.Sprintf("/dev/pts/%d", (major-136)<<8+minor)
	case major == 4 && minor < 64:
		return fmt.Sprintf("/dev/tty%d", minor)
	}
	return ""
}

// processName is the first 15 bytes of what a process calls itself.
func processName(pid int) string {
	name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return string(name)
}

// hasDesktop reports whether a graphical pinentry has somewhere to appear.
func hasDesktop(variable func(string) string) bool {
	return variable("DISPLAY") != "" || variable("WAYLAND_DISPLAY") != ""
}
