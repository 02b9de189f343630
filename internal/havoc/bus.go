//go:build linux

package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

const busConfig = `<busconfig><type>session</type><listen>unix:path=SOCKET</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
`

// desktop is a session bus with GNOME Keyring on it.
type desktop struct {
	s       *scene
	running []*exec.Cmd // the bus first
}

// onDesktop is a scene whose keys are in GNOME Keyring.
func onDesktop(t machine.T, bin string) *scene {
	s := newScene(t, bin)
	socket := s.Path("bus")
	s.Write(s.Path("bus.conf"), strings.ReplaceAll(busConfig, "SOCKET", socket))
	s.Mkdir(s.Path("control"), 0o700)
	s.Machine = s.With("AWSBROKER_KEYSTORE=secret-service", "DBUS_SESSION_BUS_ADDRESS=unix:path="+socket)
	s.desktop = &desktop{s: s}
	s.desktop.start()
	t.Cleanup(s.desktop.kill)
	return s
}

// start starts both, and waits until the keyring answers.
func (d *desktop) start() {
	run := func(name, stdin string, args ...string) {
		cmd := d.s.Command(name, args...)
		cmd.Stdin = strings.NewReader(stdin)
		if err := cmd.Start(); err != nil {
			d.s.T.Fatal(err)
		}
		d.running = append(d.running, cmd)
	}
	_ = exec.Command("rm", "-f", d.s.Path("bus")).Run()
	run("dbus-daemon", "", "--nofork", "--config-file="+d.s.Path("bus.conf"))
	d.await("the bus", func() bool { found, _ := filepath.Glob(d.s.Path("bus")); return len(found) > 0 })
	run("gnome-keyring-daemon", "password", "--unlock", "--foreground", "--components=secrets", "--control-directory="+d.s.Path("control"))
	d.await("the keyring", func() bool {
		answer, err := d.s.Command("dbus-send", "--bus=unix:path="+d.s.Path("bus"), "--print-reply", "--dest=org.freedesktop.secrets",
			"/org/freedesktop/secrets", "org.freedesktop.Secret.Service.ReadAlias", "string:default").CombinedOutput()
		return err == nil && strings.Contains(string(answer), "collection")
	})
}

func (d *desktop) await(what string, is func() bool) {
	for end := time.Now().Add(machine.Patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			d.s.T.Fatalf("%s does not answer", what)
		}
	}
}

func (d *desktop) kill() {
	for _, cmd := range d.running {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	d.running = nil
}

// killBus kills the bus later and later: 0, 15, 60, 135 … ms after the start.
func killBus(s *scene, o operation, step int) (during, answer machine.Result) {
	cmd := s.Command(s.Bin, s.arguments(o.args)...)
	bus := s.desktop.running[0].Process
	end := time.AfterFunc(time.Duration(step*step)*15*time.Millisecond, func() { _ = bus.Signal(syscall.SIGKILL) })
	during = s.Finish(cmd)
	end.Stop()
	s.desktop.kill()
	s.desktop.start()
	return during, noAnswer
}

// fullKeyring is a scene of a user who may keep no more keys in the kernel.
func fullKeyring(t machine.T, bin string) *scene {
	s := newSceneOf(t, bin, nobodys)
	self, err := filepath.EvalSymlinks("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	s.Install(self, s.Path("bin/havoc"))
	s.Chmod(0o755, s.Path("bin/havoc"))
	if r := s.With(filling + "=1").Finish(s.With(filling + "=1").Command(s.Path("bin/havoc"))); r.Code != 0 {
		t.Fatalf("the keyring: %v", r)
	}
	t.Cleanup(func() { s.Finish(s.With(filling + "=0").Command(s.Path("bin/havoc"))) })
	return s
}

func plain(s *scene, o operation, _ int) (during, answer machine.Result) {
	return s.Run(s.arguments(o.args)...), s.answer()
}

// nobodys is the number of a user that no system has.
const nobodys = 51177
