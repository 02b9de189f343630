//go:build linux

package acceptance

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// container is a root of its own with the programs of this machine, in namespaces of its
// own: no network, no home directory, other process numbers, another host name.
type container struct {
	w      *world
	mounts []string // as Docker's -v
	env    []string
}

// buildRoot makes the root in the namespaces, and runs a script there.
const buildRoot = `set -e
hostname devbox
mount -t tmpfs none root
cd root
mkdir -p usr dev etc proc tmp opt run
for d in usr dev; do mount --rbind /$d $d; done
for l in bin lib lib64 sbin; do cp -a /$l $l; done
for f in passwd group nsswitch.conf ld.so.cache; do cp /etc/$f etc; done
mount -t tmpfs none usr/local
mount -t proc proc proc
bind() {
	mkdir -p "$(dirname ".$2")"
	if [ -d "$1" ]; then mkdir -p ".$2"; else touch ".$2"; fi
	mount --bind "$1" ".$2"
	[ "$3" != ro ] || mount -o remount,ro,bind ".$2"
}
. ../mounts.sh
ip link set lo up
exec chroot . env -i PATH=/usr/local/bin:/usr/bin:/bin TMPDIR=/tmp "$@"
`

// forwardPy is the container's way to AWS: a port of its own, led to a socket.
const forwardPy = `import socket, threading
def pump(a, b):
    try:
        while data := a.recv(65536): b.sendall(data)
    except OSError: pass
    finally:
        try: b.shutdown(socket.SHUT_WR)
        except OSError: pass
l = socket.create_server(("127.0.0.1", 8080))
print("ready", flush=True)
while True:
    c, _ = l.accept()
    s = socket.socket(socket.AF_UNIX); s.connect("/run/aws/aws")
    for pair in ((c, s), (s, c)): threading.Thread(target=pump, args=pair, daemon=True).start()
`

// wire leads connections at a socket to AWS.
func (w *world) wire(path string) {
	w.t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { l.Close() })
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			go func() {
				defer c.Close()
				aws, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
				if err != nil {
					return
				}
				go func() { _, _ = io.Copy(aws, c); aws.(*net.TCPConn).CloseWrite() }()
				_, _ = io.Copy(c, aws)
			}()
		}
	}()
}

// newContainer returns one.
func (w *world) newContainer(env []string, mounts ...string) container {
	w.t.Helper()
	if out, err := exec.Command("unshare", "--mount", "--net", "--pid", "--uts", "--fork", "true").CombinedOutput(); err != nil {
		skip(w.t, fmt.Sprintf("no namespaces: %v %s", err, out))
	}
	for _, d := range []string{"root", "wire"} {
		if err := os.MkdirAll(w.Path(d), 0o755); err != nil {
			w.t.Fatal(err)
		}
	}
	if _, err := os.Lstat(w.Path("wire/aws")); err != nil {
		w.wire(w.Path("wire/aws"))
	}
	w.Write(w.Path("build.sh"), buildRoot)
	w.Write(w.Path("forward.py"), forwardPy)
	mounts = append(mounts, w.Path("wire")+":/run/aws", w.Path("forward.py")+":/opt/forward.py", w.Path("inside.sh")+":/opt/inside.sh")
	return container{w, mounts, env}
}

// command runs a script in the container.
func (c container) command(script string) *exec.Cmd {
	var mounts strings.Builder
	for _, m := range c.mounts {
		parts := strings.Split(m+":rw", ":")
		fmt.Fprintf(&mounts, "bind '%s' '%s' %s\n", parts[0], parts[1], parts[2])
	}
	c.w.Write(c.w.Path("mounts.sh"), mounts.String())
	c.w.Write(c.w.Path("inside.sh"), "python3 /opt/forward.py >/tmp/forward & while [ ! -s /tmp/forward ]; do sleep 0.05; done\n"+script)
	args := append([]string{"--mount", "--net", "--pid", "--uts", "--fork", "--kill-child", "sh", "build.sh"}, c.env...)
	cmd := exec.Command("unshare", append(args, "sh", "/opt/inside.sh")...)
	cmd.Dir, cmd.SysProcAttr = c.w.Dir, &syscall.SysProcAttr{Setsid: true}
	return cmd
}

// callsAWS has two clients ask who they are; older ones know the address from nowhere else.
const (
	callsAWS = `aws sts get-caller-identity --endpoint-url http://127.0.0.1:8080 --query Arn --output text
python3 -c 'import boto3; print(boto3.client("sts", endpoint_url="http://127.0.0.1:8080").get_caller_identity()["Account"])'
`
	calledAWS = "arn:aws:sts::123456789012:assumed-role/admin-mfa/phoebe\n123456789012\n"
)

// TestServeContainer: the AWS CLI and boto3 in a container get the sessions of a person
// who is not root there; another user of the container gets nothing.
func TestServeContainer(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, user(t))
	w.Mkdir(w.Path("served"), 0o700)
	w.AWS.Server.SetSessionLife(0)
	w.Login("admin")
	g := w.serve()
	w.Write(w.Path("container.config"), "[profile shop]\nregion = eu-central-1\ncredential_process = /opt/awsbroker credential-process --socket /run/awsbroker/aws\n")
	c := w.newContainer([]string{"AWS_CONFIG_FILE=/opt/config", "AWS_DEFAULT_REGION=eu-central-1"},
		w.Path("served")+":/run/awsbroker", w.Bin+":/opt/awsbroker", w.Path("container.config")+":/opt/config")

	r := w.Finish(c.command("export AWS_PROFILE=shop\n" + callsAWS))
	if r.Stdout != calledAWS {
		t.Errorf("profile: %v", r)
	}
	g.at.Expect("a session for aws (process ")
	g.at.Expect(" on devbox (it says), valid for")
	if r := w.Run("log"); !strings.Contains(r.Stdout, "serve from aws ") || !strings.Contains(r.Stdout, "(on devbox)") {
		t.Errorf("log: %v", r)
	}

	r = w.Finish(c.command(`/opt/awsbroker serve --relay 127.0.0.1:9911 --socket /run/awsbroker/aws --detach --env-file /tmp/env
set -a; . /tmp/env
` + callsAWS))
	if r.Stdout != calledAWS {
		t.Errorf("relay: %v", r)
	}

	r = w.Finish(c.command(`exec setpriv --reuid 4321 --regid 4321 --clear-groups /opt/awsbroker credential-process --socket /run/awsbroker/aws`))
	wantFailure(t, r, 1, "user 4321 may not use the socket /run/awsbroker/aws")
	g.stop()
	r = w.Finish(c.command(`exec /opt/awsbroker credential-process --socket /run/awsbroker/aws`))
	wantFailure(t, r, 6, "there is no socket /run/awsbroker/aws")
}

// TestServeEmptyRoot: the client is a static binary, and all that an image needs.
func TestServeEmptyRoot(t *testing.T) {
	t.Parallel()
	needRoot(t)
	w := newWorld(t)
	w.Login("admin")
	root := w.Path("empty")
	w.Mkdir(root, 0o700)
	if err := os.Link(w.Bin, filepath.Join(root, "awsbroker")); err != nil {
		t.Fatal(err)
	}
	g := w.serveAt(filepath.Join(root, "run/aws"))
	cmd := exec.Command("/awsbroker", "credential-process", "--socket", "/run/aws")
	cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", []string{}, &syscall.SysProcAttr{Chroot: root, Setsid: true}
	wantAnswer(t, w.Finish(cmd))
	if left, _ := filepath.Glob(root + "/*"); len(left) != 2 {
		t.Errorf("the client left something: %v", left)
	}
	g.stop()
}
