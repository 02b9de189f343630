//go:build linux

package acceptance

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// internet leads to the websites of AWS, by their names and over https.
type internet struct {
	proxy string // for HTTPS_PROXY
	ca    string // file of the authority
}

// connect makes an internet in which every host is the fake AWS's.
func (w *world) connect() internet {
	w.t.Helper()
	cert, ca, err := fakeaws.NewCertificate()
	if err != nil {
		w.t.Fatal(err)
	}
	website := &http.Server{Handler: w.AWS.Server, TLSConfig: &tls.Config{Certificates: []tls.Certificate{*cert}}, ErrorLog: log.New(io.Discard, "", 0)}
	hosts, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	go website.ServeTLS(hosts, "", "") // ends with the test
	w.t.Cleanup(func() { website.Close() })
	w.Write(w.Path("ca.pem"), string(ca))
	return internet{newTunnel(w.t, hosts.Addr().String()).url, w.Path("ca.pem")}
}

// online is the person with that internet in the environment.
func (w *world) online(i internet) *world {
	return w.With("HTTPS_PROXY="+i.proxy, "AWS_CA_BUNDLE="+i.ca)
}

// browser writes a program that runs a script with the browser's arguments, and returns
// its path. The name says which browser it passes for.
func (w *world) browser(name, script string) string {
	path := w.Path("bin/" + name)
	w.Write(path, "#!/bin/bash\ncd "+w.Path("tmp")+"\n"+script+"\n")
	w.Chmod(0o755, path)
	return path
}

// chromium is one without a window, which leaves what it showed in dom and shot.png, and
// the link that it was given in link.
func (w *world) chromium(i internet) string {
	w.t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		skip(w.t, "there is no chromium")
	}
	return w.browser("chromium-unseen", `for link; do :; done; echo "$link" >link
chromium --headless --no-sandbox --disable-gpu --disable-background-networking --proxy-server=`+i.proxy+` --ignore-certificate-errors \
  --window-size=1000,640 --screenshot=$PWD/shot.png --dump-dom "$@" >dom.new 2>chromium.log
mv dom.new dom`)
}

// firefox is one without a window, which trusts the authority of the internet and leaves
// what it showed in shot.png.
func (w *world) firefox(i internet) string {
	w.t.Helper()
	for _, program := range []string{"firefox-esr", "certutil"} {
		if _, err := exec.LookPath(program); err != nil {
			skip(w.t, "there is no "+program)
		}
	}
	host, port, _ := strings.Cut(strings.TrimPrefix(i.proxy, "http://"), ":")
	return w.browser("firefox-unseen", `mkdir -p profile; certutil -N -d sql:profile --empty-password; certutil -A -d sql:profile -n fake -t C,, -i `+i.ca+`
cat >profile/user.js <<END
user_pref("network.proxy.type", 1); user_pref("network.proxy.ssl", "`+host+`"); user_pref("network.proxy.ssl_port", `+port+`);
user_pref("app.update.enabled", false); user_pref("datareporting.policy.dataSubmissionEnabled", false); user_pref("network.captive-portal-service.enabled", false);
END
firefox-esr --headless --no-remote --profile $PWD/profile --window-size=1000,640 --screenshot $PWD/shot.new.png "$@" >firefox.log 2>&1
mv shot.new.png shot.png`)
}

// TestConsoleInFirefox: the same in a browser of the other family.
func TestConsoleInFirefox(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.connect()
	browser := w.firefox(i)
	w = w.online(i)
	w.Login("admin")
	if r := w.Run("console", "admin", "ec2", "--browser", browser); r.Code != 0 {
		t.Fatalf("%v\n%s", r, w.Read(w.Path("tmp/firefox.log")))
	}
	eventually(t, "the picture to be there", func() bool { _, err := os.Stat(w.Path("tmp/shot.png")); return err == nil })
	w.keepShot("firefox")
	pages := w.AWS.Server.Calls("ConsolePage")
	if len(pages) == 0 || pages[0].Principal != "arn:aws:sts::123456789012:assumed-role/admin-mfa/phoebe" || pages[0].Host != "console.aws.amazon.com" || pages[0].Params["Path"] != "/ec2/home" {
		t.Errorf("the console showed: %+v", pages)
	}
}

// in makes phoebe's account of another partition, and the profile that is hers there.
func (w *world) in(partition, account, region string) {
	w.t.Helper()
	a := w.AWS.Server.AddAccountIn(partition, account)
	user := a.AddUser("phoebe")
	role, err := a.AddRole("admin-mfa", fakeaws.TrustWithMFA(a))
	if err != nil {
		w.t.Fatal(err)
	}
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":%q}]}`, role.ARN())
	if err := user.PutPolicy("assume", policy); err != nil {
		w.t.Fatal(err)
	}
	device := user.EnableMFA("phoebe")
	key := user.AddAccessKey()
	if r := w.With("AWS_ACCESS_KEY_ID="+key.ID, "AWS_SECRET_ACCESS_KEY="+key.Secret).Run("add", partition, "--from-env", "--region", region); r.Code != 0 {
		w.t.Fatalf("add: %v", r)
	}
	text := fmt.Sprintf("[profile %s]\nregion = %s\nawsbroker_key = %[1]s\nawsbroker_role_arn = %[3]s\nawsbroker_mfa_serial = %[4]s\n\n", partition, region, role.ARN(), device.Serial)
	w.Write(w.Config(), w.Read(w.Config())+text)
	if r := w.RunWith(machine.FreshCode(device), "login", partition, "--mfa-code", "-"); r.Code != 0 {
		w.t.Fatalf("login: %v", r)
	}
}

// TestConsoleInChromium: a real browser lands on the console of the role's partition,
// signed in as its session, through a link that is dead afterwards. What signs in is in
// no command line and no file.
func TestConsoleInChromium(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.connect()
	browser := w.chromium(i)
	w = w.online(i)
	w.Login("admin")
	w.in("aws-cn", "210987654321", "cn-north-1")
	w.in("aws-us-gov", "345678901234", "us-gov-west-1")
	lines := watchCommandLines(t, 2*time.Millisecond, func(string) bool { return true })
	for _, c := range []struct{ profile, account, page string }{
		{"admin", "123456789012", "console.aws.amazon.com/s3/home?region=eu-central-1"},
		{"aws-cn", "210987654321", "console.amazonaws.cn/s3/home?region=cn-north-1"},
		{"aws-us-gov", "345678901234", "console.amazonaws-us-gov.com/s3/home?region=us-gov-west-1"},
	} {
		r := w.Run("console", c.profile, "s3", "--browser", browser, "--isolated", "--debug")
		if r.Code != 0 || r.Stdout != "" || !strings.Contains(r.Stderr, "the browser opened the console as role admin-mfa in account "+c.account) {
			t.Fatalf("%s: %v", c.profile, r)
		}
		w.wantNoLink(c.profile, r.Stdout+r.Stderr)
		dom := w.Path("tmp/dom")
		eventually(t, "the page to be there", func() bool { _, err := os.Stat(dom); return err == nil })
		shown := w.Read(dom)
		for _, want := range []string{"<h1>Signed in as admin-mfa/phoebe</h1>", "<dd>" + c.account + "</dd>", "<dd>" + c.page + "</dd>", "<dt>Referrer</dt><dd></dd>"} {
			if !strings.Contains(shown, want) {
				t.Errorf("%s: no %q in\n%s\n%s", c.profile, want, shown, w.Read(w.Path("tmp/chromium.log")))
			}
		}
		w.keepShot(c.profile)
		link := strings.TrimSpace(w.Read(w.Path("tmp/link")))
		if _, err := http.Get(link); err == nil || !strings.HasPrefix(link, "http://127.0.0.1:") {
			t.Errorf("%s: somebody still answers at %s (%v)", c.profile, link, err)
		}
		for _, name := range []string{"dom", "shot.png"} {
			if err := os.Remove(w.Path("tmp/" + name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	seen := strings.Join(lines(), "\n")
	if !strings.Contains(seen, "chromium") || !strings.Contains(seen, "http://127.0.0.1:") {
		t.Error("the browser was not seen among the processes")
	}
	w.wantNoLink("a command line", seen)
}

// wantNoLink holds that a text has nothing that signs in.
func (w *world) wantNoLink(where, text string) {
	w.t.Helper()
	for _, canary := range []string{"SigninToken", "Action=login", "Session=", "sessionKey"} {
		if strings.Contains(text, canary) {
			w.t.Errorf("%s has %s:\n%s", where, canary, text)
		}
	}
}

// keepShot copies the picture of the page to AWSBROKER_SHOTS, if that is set, for people.
func (w *world) keepShot(name string) {
	shot := w.Path("tmp/shot.png")
	info, err := os.Stat(shot)
	if err != nil || info.Size() < 5000 {
		w.t.Errorf("%s: no picture (%v)", name, err)
		return
	}
	if dir := os.Getenv("AWSBROKER_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), []byte(w.Read(shot)), 0o644); err != nil {
			w.t.Error(err)
		}
	}
}

// TestConsoleRunsNothingWithTheLink: of all programs that awsbroker and what it starts
// run, by the kernel's word, none has what signs in among its arguments.
func TestConsoleRunsNothingWithTheLink(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("strace"); err != nil {
		skip(t, "there is no strace")
	}
	w := newWorld(t)
	w = w.online(w.connect())
	w.Login("admin")
	browser := fetch(w, "firefox")
	trace := w.Path("tmp/trace")
	w = w.With("BROWSER=" + browser)
	r := w.Finish(w.Command("strace", "-f", "-e", "trace=execve,execveat", "-s", "65536", "-v", "-o", trace, w.Bin, "console", "admin", "--private"))
	if r.Code != 0 {
		t.Fatal(r)
	}
	said := w.Read(trace)
	if !strings.Contains(said, `"--private-window", "http://127.0.0.1:`) {
		t.Errorf("the browser was not started as expected:\n%.2000s", said)
	}
	w.wantNoLink("what was run", said)
	browserIsSentOn(w)
	answer := w.Read(w.Path("tmp/answer"))
	for _, want := range []string{"303 See Other", "Location: https://signin.aws.amazon.com/federation?Action=login", "Cache-Control: no-store", "Referrer-Policy: no-referrer"} {
		if !strings.Contains(answer, want) {
			t.Errorf("no %q in the answer:\n%s", want, answer)
		}
	}
}

// TestConsoleLinkIsForItsUser: another user of the machine, who reads the link in the
// list of processes and comes first, gets nothing, and the person still gets in.
func TestConsoleLinkIsForItsUser(t *testing.T) {
	t.Parallel()
	needRoot(t)
	w := newWorldOf(t, user(t))
	w = w.online(w.connect())
	w.Login("admin")
	// What fetches is this program's bash: one script for both users.
	fetch := w.browser("fetch", `rest=${1#http://}; exec 3<>/dev/tcp/127.0.0.1/$(x=${rest#*:}; echo ${x%%/*})
printf 'GET /%s HTTP/1.1\r\nHost: %s\r\n\r\n' "${rest#*/}" "${rest%%/*}" >&3; cat <&3`)
	browser := w.browser("browser", `echo "$1" >link.new; mv link.new link; until [ -e go ]; do sleep 0.05; done; `+fetch+` "$1" >answer.new; mv answer.new answer`)
	w.Chmod(0o777, w.Path("tmp"))
	run := w.Command(w.Bin, "console", "admin", "--browser", browser)
	ended := make(chan machine.Result, 1)
	go func() { ended <- w.Finish(run) }()
	eventually(t, "the browser to have the link", func() bool { _, err := os.Stat(w.Path("tmp/link")); return err == nil })
	thief := exec.Command(fetch, strings.TrimSpace(w.Read(w.Path("tmp/link"))))
	other := uint32(user(t))
	thief.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: other, Gid: other}}
	stolen, err := thief.CombinedOutput()
	if err != nil || !strings.Contains(string(stolen), "403 Forbidden") || strings.Contains(string(stolen), "SigninToken") {
		t.Errorf("another user gets (%v):\n%s", err, stolen)
	}
	w.Write(w.Path("tmp/go"), "")
	if r := <-ended; r.Code != 0 {
		t.Errorf("the person: %v", r)
	}
	browserIsSentOn(w)
}

// TestConsoleOpensTheDesktopsBrowser: where there is a screen, its way to open links is
// taken; where the screen does not answer, the link is printed.
func TestConsoleOpensTheDesktopsBrowser(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	w := newWorld(t)
	w = w.online(w.connect()).Without("BROWSER")
	w.Login("admin")
	fetch(w, "xdg-open")
	there := w.With("DISPLAY=" + s.display)
	if r := there.Run("console", "admin"); r.Code != 0 || r.Stdout != "" {
		t.Errorf("with a screen: %v", r)
	}
	browserIsSentOn(w)
	fetch(w, "firefox")
	if r := there.Run("console", "admin", "--container", "granted"); r.Code == 0 || !strings.Contains(w.Read(w.Path("tmp/link")), "ext+granted-containers:name=admin&url=http%3A%2F%2F127.0.0.1") {
		t.Errorf("in a container: %v", r)
	}
	if r := w.With("DISPLAY=:4711").Run("console", "admin"); r.Code != 0 || !strings.HasPrefix(r.Stdout, "https://signin.aws.amazon.com/federation?Action=login&") {
		t.Errorf("without a screen: %v", r)
	}
}

// fetch writes a browser that gets its link and follows it no further: the answer is in
// the file answer. It fails where the link is none of this machine's.
func fetch(w *world, name string) string {
	return w.browser(name, `for link; do :; done; echo "$link" >link
rest=${link#http://}; [ "$rest" != "$link" ] || exit 9
exec 3<>/dev/tcp/${rest/:*/}/$(x=${rest#*:}; echo ${x%%/*})
printf 'GET /%s HTTP/1.1\r\nHost: %s\r\n\r\n' "${rest#*/}" "${rest%%/*}" >&3; cat <&3 >answer`)
}

// browserIsSentOn waits until fetch has written the whole answer, which may be after
// awsbroker's end.
func browserIsSentOn(w *world) {
	w.t.Helper()
	eventually(w.t, "the answer", func() bool {
		answer, err := os.ReadFile(w.Path("tmp/answer"))
		return err == nil && strings.Contains(string(answer), "303 See Other")
	})
}

// TestConsoleCopies: the sign-in link goes into the clipboard by the terminal's own
// sequence, and is not on the screen.
func TestConsoleCopies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w = w.online(w.connect())
	w.Login("admin")
	tm := machine.NewTerminal(t)
	cmd := w.Command(w.Bin, "console", "admin", "--copy")
	tm.Start(cmd)
	tm.Expect("the link is in the clipboard")
	screen := tm.Screen()
	if !strings.Contains(screen, "\x1b]52;c;aHR0cHM6Ly9zaWduaW4uYXdz") { // https://signin.aws
		t.Errorf("nothing was copied:\n%q", screen)
	}
	w.wantNoLink("the screen", screen)
}
