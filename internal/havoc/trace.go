//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// call is a system call that may have changed a file.
type call struct {
	at   time.Time
	name string
	text string   // arguments, without texts
	args []string // texts among the arguments and paths of descriptors, in their order
	fd   int      // of the first argument; that was opened, for openat
}

// traced are the system calls by which Go changes files.
const traced = "openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,close"

// record runs awsbroker and returns what it did to files, in its order.
func record(m *machine.Machine, args ...string) ([]call, machine.Result) {
	m.T.Helper()
	dir := m.Path("trace")
	_ = os.RemoveAll(dir)
	m.Mkdir(dir, 0o755)
	strace := []string{"-ff", "-ttt", "-y", "-xx", "-s", "1000000", "--seccomp-bpf", "-e", "trace=" + traced, "-o", filepath.Join(dir, "t"), m.Bin}
	r := m.Finish(m.Command("strace", append(strace, args...)...))
	files, err := filepath.Glob(filepath.Join(dir, "t.*"))
	if err != nil || len(files) == 0 {
		m.T.Fatalf("strace: %v %v", err, r)
	}
	var all []call
	for _, f := range files {
		for line := range strings.Lines(m.Read(f)) {
			if c, ok := parse(line); ok {
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b call) int { return a.at.Compare(b.at) })
	return all, r
}

var (
	lineOfCall = regexp.MustCompile(`^(\d+)\.(\d+) (\w+)\((.*)\) += (\d+)(?:<[^>]*>)?$`)
	textOrPath = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"|<((?:\\x[0-9a-f]{2})+)>`)
	leadingFD  = regexp.MustCompile(`^\d+`)
)

// parse reads a line of strace. Calls that failed changed nothing.
func parse(line string) (c call, ok bool) {
	m := lineOfCall.FindStringSubmatch(strings.TrimSpace(line))
	if m == nil {
		return c, false
	}
	seconds, _ := strconv.ParseInt(m[1], 10, 64)
	micros, _ := strconv.ParseInt(m[2], 10, 64)
	c.at, c.name = time.Unix(seconds, micros*1000), m[3]
	for _, found := range textOrPath.FindAllStringSubmatch(m[4], -1) {
		text, err := strconv.Unquote(`"` + found[1] + found[2] + `"`)
		if err != nil {
			return c, false
		}
		c.args = append(c.args, text)
	}
	c.text = textOrPath.ReplaceAllString(m[4], "")
	c.fd, _ = strconv.Atoi(leadingFD.FindString(c.text))
	if c.name == "openat" {
		c.fd, _ = strconv.Atoi(m[5])
	}
	return c, true
}

// replay makes the changes of calls on a disk.
type replay struct {
	*disk
	offsets map[int]int // where a descriptor writes; -1: at the end
	ignores string      // a part of paths
}

// do makes the change of a call, and reports whether it was one.
func (r *replay) do(c call) bool {
	path := func(i int) string {
		if i > 0 && !filepath.IsAbs(c.args[i]) { // below the directory of the descriptor before it
			return filepath.Join(c.args[i-1], c.args[i])
		}
		return filepath.Clean(c.args[i])
	}
	within := r.isWithin
	switch c.name {
	case "openat":
		return r.open(c, path(1))
	case "close":
		delete(r.offsets, c.fd)
	case "write", "pwrite64":
		if _, open := r.offsets[c.fd]; open && within(path(0)) {
			return r.write(c, r.names[path(0)])
		}
	case "ftruncate":
		if n := r.names[path(0)]; n != nil {
			n.data = resize(n.data, number(c.text))
			return true
		}
	case "fsync", "fdatasync":
		if within(path(0)) || path(0) == r.top {
			r.sync(path(0))
			return true
		}
	case "rename", "renameat", "renameat2":
		from, to := path(len(c.args)-1-len(c.args)/2), path(len(c.args)-1)
		if within(from) && within(to) {
			r.name(naming{to: r.names[from], from: nil})
			return true
		}
	case "unlink", "unlinkat", "rmdir":
		if p := path(len(c.args) - 1); within(p) {
			r.name(naming{p: nil})
			return true
		}
	case "mkdir", "mkdirat":
		if p := path(len(c.args) - 1); within(p) {
			r.name(naming{p: &node{dir: true, mode: 0o700}})
			return true
		}
	default:
		panic("the disk knows no " + c.name)
	}
	return false
}

func (r *replay) isWithin(path string) bool {
	return strings.HasPrefix(path, r.top+"/") && (r.ignores == "" || !strings.Contains(path, r.ignores))
}

func (r *replay) open(c call, path string) (changed bool) {
	if !r.isWithin(path) || !strings.Contains(c.text, "O_WRONLY") && !strings.Contains(c.text, "O_RDWR") && !strings.Contains(c.text, "O_CREAT") {
		return false
	}
	n := r.names[path]
	if n == nil {
		n, changed = &node{mode: 0o600}, true
		r.name(naming{path: n})
	}
	if strings.Contains(c.text, "O_TRUNC") && len(n.data) > 0 {
		n.data, changed = nil, true
	}
	r.offsets[c.fd] = 0
	if strings.Contains(c.text, "O_APPEND") {
		r.offsets[c.fd] = -1
	}
	return changed
}

func (r *replay) write(c call, n *node) bool {
	if n == nil || n.dir {
		return false // it has no name any more
	}
	text, at := []byte(c.args[1]), r.offsets[c.fd]
	switch {
	case c.name == "pwrite64":
		at = number(c.text)
	case at < 0:
		at = len(n.data)
	default:
		r.offsets[c.fd] += len(text)
	}
	data := resize(slices.Clone(n.data), max(len(n.data), at+len(text)))
	copy(data[at:], text)
	n.data = data
	return true
}

// number is the last one among the arguments.
func number(text string) int {
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	n, err := strconv.Atoi(fields[len(fields)-1])
	if err != nil {
		panic(fmt.Sprintf("no number at the end: %q", text))
	}
	return n
}

func resize(data []byte, size int) []byte {
	if len(data) >= size {
		return data[:size:size]
	}
	return append(data[:len(data):len(data)], make([]byte, size-len(data))...)
}
