//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestWindows is the main job on Windows, after the keystore's own tests there: a key in the Credential Manager, sessions that
// DPAPI seals, a code typed at the console, a real SDK by every way, a rotation.
func TestWindows(t *testing.T) {
	t.Parallel()
	w := newWindows(t)
	w.suits()
	first := w.AWS.Key
	w.with("AWS_ACCESS_KEY_ID="+first.ID, "AWS_SECRET_ACCESS_KEY="+first.Secret).expect(0, "", "awsbroker", "add", "phoebe", "--from-env")
	w.expect(0, "wincred   1 ", "awsbroker", "keystore")
	w.expect(0, "", "awsbroker", "setup", "admin", "--key", "phoebe", "--region", "eu-central-1", "--yes", "--offline",
		"--role-arn", w.AWS.Role.ARN(), "--mfa-serial", w.AWS.Device.Serial)
	w.login()
	w.uses()

	w.expect(0, "", "awsbroker", "rotate", "phoebe", "--yes")
	second := w.AWS.User.AccessKeys()
	if len(second) != 1 || second[0].ID == first.ID {
		t.Errorf("after the rotation the keys are %v", second)
	}
	w.expect(0, second[0].ID, "awsbroker", "list")
	w.login() // signed by the new key
	w.expect(0, "nothing found", "awsbroker", "doctor")
	w.hides(first.Secret, "IQoJb3JpZ2lu") // what session tokens begin with
	w.expect(0, "", "awsbroker", "logout", "--all")
	w.with("AWSBROKER_PROMPT=none").expect(4, "", "awsbroker", "credential-process", "--profile", "admin")
	w.expect(0, "", "awsbroker", "remove", "phoebe", "--yes")
	w.expect(3, "", "awsbroker", "login", "admin")
}

// suits runs what every keystore has to hold against the Credential Manager, and files
// that are replaced while others read them.
func (w *windows) suits() {
	w.t.Helper()
	if out := w.tests("./internal/keystore", "TestConformance/wincred"); strings.Count(out, "--- PASS: TestConformance/wincred/") != 9 {
		w.t.Errorf("the Credential Manager had few tests:\n%s", out)
	}
	w.tests("./internal/busy", "TestReplaceWhatOthersRead")
}

// tests runs tests of a package, none of which may skip, and returns what they print.
func (w *windows) tests(pkg, name string) string {
	w.t.Helper()
	program := filepath.Join(w.drive, "windows", "tests.exe")
	compile := exec.Command("go", "test", "-c", "-overlay", w.overlay(), "-o", program, pkg)
	compile.Dir, compile.Env = "..", append(os.Environ(), "GOOS=windows", "CGO_ENABLED=0")
	if out, err := compile.CombinedOutput(); err != nil {
		w.t.Fatalf("%v: %s", err, out)
	}
	with := w.with("AWSBROKER_TEST_SYSTEM_KEYCHAIN=1", "AWSBROKER_MUST_NOT_SKIP=1")
	run := with.Command(wine, program, "-test.v", "-test.run", name)
	run.Dir = filepath.Join("..", pkg)
	r := with.Finish(run)
	if !strings.Contains(r.Stdout, "=== RUN") || strings.Contains(r.Stdout, "--- SKIP") || r.Code != 0 {
		w.t.Errorf("%s: %v", pkg, r)
	}
	return r.Stdout
}

// overlay is a file of Go's in which files of a directory are removed as on Windows before
// 10: Wine 8 lacks the newer call, and each test removes its directory.
func (w *windows) overlay() string {
	w.t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		w.t.Fatal(err)
	}
	from, to := filepath.Join(strings.TrimSpace(string(goroot)), "src/internal/syscall/windows/at_windows.go"), w.Path("at_windows.go")
	const newer = "if TestDeleteatFallback {"
	source := w.Read(from)
	if !strings.Contains(source, newer) {
		w.t.Fatalf("%s has no %q", from, newer)
	}
	w.Write(to, strings.Replace(source, newer, "if true {", 1))
	list := w.Path("overlay.json")
	w.Write(list, fmt.Sprintf(`{"Replace": {%q: %q}}`, from, to))
	return list
}

// uses is what the tools of a profile do, in an hour without a question.
func (w *windows) uses() {
	w.t.Helper()
	before := len(w.AWS.Server.Calls("AssumeRole"))
	w.expect(0, `"AccessKeyId":"ASIA`, "awsbroker", "credential-process", "--profile", "admin")
	w.expect(0, assumedRole, "gosdk", "-profile", "admin")
	for _, way := range [][]string{{"exec", "admin", "--"}, {"exec", "--server", "-p", "admin", "--"}} {
		w.expect(0, assumedRole, append(append([]string{"awsbroker"}, way...), "gosdk")...)
		w.expect(7, "", append(append([]string{"awsbroker"}, way...), "cmd", "/c", "exit 7")...)
	}
	w.expect(0, assumedRole, "awsbroker", "exec", "--env", "admin", "--", "gosdk")
	w.tells()
	w.expect(0, "cached", "awsbroker", "log")
	if n := len(w.AWS.Server.Calls("AssumeRole")); n != before {
		w.t.Errorf("AWS was asked for %d more sessions", n-before)
	}
}

// tells is what other commands say, to a person and to nobody.
func (w *windows) tells() {
	w.t.Helper()
	for _, c := range []struct {
		code int
		want string
		argv []string
	}{
		{0, "role admin-mfa in account 123456789012, with an MFA code", []string{"explain", "admin"}},
		{0, "nothing found", []string{"doctor"}},
		{0, "$Env:AWS_SESSION_TOKEN = '", []string{"export", "admin", "--format", "powershell"}},
		{0, `~\AppData\Local\awsbroker\keystore`, []string{"keystore"}},
		{0, "active", []string{"keys", "list"}},
		{0, "123456789012:mfa/phoebe", []string{"mfa", "list"}},
		{0, "AKIA", []string{"exec", "--server", "admin", "--", "awsbroker", "list"}},
		{0, "in the Windows Credential Manager", []string{"rotate", "--dry-run"}},
		{0, "A new access key will be created", []string{"revoke", "--dry-run"}},
		{0, `AppData\Local\awsbroker will be removed`, []string{"uninstall", "--dry-run"}},
		{4, "", []string{"remove", "phoebe"}}, // Wine's PowerShell runs nothing, and ends with 0
		{2, "", []string{"serve", "admin", "--socket", `C:\x`}},
	} {
		w.expect(c.code, c.want, append([]string{"awsbroker"}, c.argv...)...)
	}
}

// windows is a Windows that Wine plays, with an AWS beside it.
type windows struct {
	*machine.Machine
	t     *testing.T
	drive string // C:
}

// processPrng is what Go's programs take random numbers from, and Wine 8 does not have.
const processPrng = `#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T n) { return SystemFunction036(bytes, n); }
`

// Debian has Wine's programs on no PATH.
const wine, wineserver = "/usr/lib/wine/wine64", "/usr/lib/wine/wineserver64"

func newWindows(t *testing.T) *windows {
	t.Helper()
	const compiler = "x86_64-w64-mingw32-gcc"
	for _, needed := range []string{wine, compiler} {
		if _, err := exec.LookPath(needed); err != nil && os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "" {
			t.Skip(err)
		}
	}
	m := machine.NewIn(t, t.TempDir(), -1).Without("AWSBROKER_KEYSTORE", "AWSBROKER_FILE_PASSPHRASE")
	prefix := m.Path("prefix")
	w := &windows{m, t, filepath.Join(prefix, "drive_c")}
	w = w.with("WINEPREFIX="+prefix, "WINEDEBUG=-all", "PATH=/usr/bin:/bin", "TERM=xterm", "AWS_ENDPOINT_URL_IAM="+m.URL)
	w.Finish(w.Command(wineserver, "-p")) // else it ends with each program
	t.Cleanup(func() { w.Finish(w.Command(wineserver, "-k")) })
	w.Finish(w.Command(wine, "wineboot", "--init"))
	system := filepath.Join(w.drive, "windows")
	w.Write(w.Path("prng.c"), processPrng)
	build := `"$1" -shared -o "$2/system32/bcryptprimitives.dll" "$3" -ladvapi32
		export GOOS=windows CGO_ENABLED=0
		go build -overlay "$4" -o "$2/" ./clients/gosdk
		cd .. && go build -overlay "$4" -o "$2/" ./cmd/awsbroker`
	if out, err := exec.Command("bash", "-ec", build, "sh", compiler, system, w.Path("prng.c"), w.overlay()).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return w
}

func (w *windows) with(env ...string) *windows {
	return &windows{w.With(env...), w.t, w.drive}
}

// installed is a command line of one of the programs in C:\windows.
func (w *windows) installed(argv ...string) []string {
	return append([]string{filepath.Join(w.drive, "windows", argv[0]+".exe")}, argv[1:]...)
}

// expect runs a program without a console.
func (w *windows) expect(code int, want string, argv ...string) {
	w.t.Helper()
	r := w.Finish(w.Command(wine, w.installed(argv...)...))
	if r.Code != code || !strings.Contains(r.Stdout, want) || code != 0 && code != 7 && r.Stdout != "" {
		w.t.Fatalf("%s: %v", strings.Join(argv, " "), r)
	}
}

// login types a code at the console, which shows what is typed.
func (w *windows) login() {
	w.t.Helper()
	tm := machine.NewTerminal(w.t)
	tm.Resize(40, 200)
	if out, err := exec.Command("stty", "-F", tm.Slave.Name(), "raw").CombinedOutput(); err != nil { // else Enter is not Windows's
		w.t.Fatalf("%v: %s", err, out)
	}
	job := tm.Start(w.Command(wine, w.installed("awsbroker", "login", "admin")...))
	tm.Expect("MFA code of " + w.AWS.Device.Serial)
	tm.Send(w.Code() + "\r")
	if code := job.Wait(); code != 0 {
		w.t.Fatalf("login ended with %d", code)
	}
}

// hides looks for secrets in all files of Windows; that there are profiles, it finds.
func (w *windows) hides(secrets ...string) {
	w.t.Helper()
	find := func(text string) string {
		out, _ := exec.Command("grep", "-rlF", "--exclude=*.exe", text, filepath.Dir(w.drive)).Output()
		return string(out)
	}
	if find("[profile admin]") == "" {
		w.t.Error("there is no profile in any file")
	}
	for _, secret := range secrets {
		if found := find(secret); found != "" {
			w.t.Errorf("a secret is in %s", found)
		}
	}
}
