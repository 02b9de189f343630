//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// noAnswer stands where nobody asked for a session while a fault lasted.
var noAnswer = machine.Result{Code: 98}

func faults() []fault {
	all := []fault{
		{name: "full disk", steps: 40, disk: true, scene: onDisk, run: fullDisk},
		{name: "read-only disk", steps: 1, disk: true, scene: onDisk, run: readOnly},
		{name: "few descriptors", steps: 20, run: fewDescriptors},
		{name: "small files only", steps: 20, disk: true, run: smallFiles},
		{name: "kernel's keyring full", steps: 1, works: true, scene: fullKeyring, run: plain},
		{name: "bus killed", steps: 10, tries: true, scene: onDesktop, run: killBus},
	}
	if jumpsHere {
		all = append(all,
			fault{name: "clock jumps an hour ahead", steps: 4, works: true, ends: true, run: jump(3600)},
			fault{name: "clock jumps an hour back", steps: 4, works: true, run: jump(-3600)})
	}
	return all
}

// onDisk is a scene whose home is on a small disk of its own.
func onDisk(t machine.T, bin string) *scene {
	s := newScene(t, bin)
	if err := unix.Mount("havoc", s.Home, "tmpfs", 0, "size=1m,mode=0700"); err != nil {
		t.Fatal("mount: ", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(s.Home, unix.MNT_DETACH) })
	s.Mkdir(s.Path("home/.aws"), 0o755)
	return s
}

// page is what a file on the disk is made of.
const page = 4096

// fullDisk leaves as many pages free as the step says.
func fullDisk(s *scene, o operation, step int) (during, answer machine.Result) {
	ballast := filepath.Join(s.Home, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		s.T.Fatal(err)
	}
	defer f.Close()
	size := int64(0)
	for {
		n, err := f.Write(make([]byte, page))
		if size += int64(n); err != nil {
			break
		}
	}
	if err := f.Truncate(max(0, size-int64(step)*page)); err != nil {
		s.T.Fatal(err)
	}
	during, answer = s.Run(s.arguments(o.args)...), s.answer()
	if err := os.Remove(ballast); err != nil {
		s.T.Fatal(err)
	}
	return during, answer
}

func readOnly(s *scene, o operation, _ int) (during, answer machine.Result) {
	remount := func(flags uintptr) {
		if err := unix.Mount("", s.Home, "", unix.MS_REMOUNT|flags, ""); err != nil {
			s.T.Fatal("remount: ", err)
		}
	}
	remount(unix.MS_RDONLY)
	during, answer = s.Run(s.arguments(o.args)...), s.answer()
	remount(0)
	return during, answer
}

// fewDescriptors allows as many as the step says, and the three that are open.
func fewDescriptors(s *scene, o operation, step int) (during, answer machine.Result) {
	return limited(s, o, fmt.Sprintf("ulimit -n %d", 3+step)), noAnswer
}

// smallFiles lets no file grow beyond as many blocks of 512 bytes as the step says (RLIMIT_FSIZE).
func smallFiles(s *scene, o operation, step int) (during, answer machine.Result) {
	return limited(s, o, fmt.Sprintf("ulimit -f %d", step)), noAnswer
}

// limited runs the operation in a shell that has set a limit.
func limited(s *scene, o operation, limit string) machine.Result {
	quoted := []string{}
	for _, a := range s.arguments(o.args) {
		quoted = append(quoted, "'"+a+"'")
	}
	return s.Sh(fmt.Sprintf("%s; exec %s %s", limit, s.Bin, strings.Join(quoted, " ")))
}
