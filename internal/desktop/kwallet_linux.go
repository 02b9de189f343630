package desktop

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha512"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// kwalletConfig keeps kwalletd5 from asking anything but a wallet's password.
const kwalletConfig = `[Wallet]
Enabled=true
First Use=false
Prompt on Open=false
Use One Wallet=true
Default Wallet=kdewallet
Close When Idle=false

[org.freedesktop.secrets]
apiEnabled=true
`

// StartKWallet starts a kwalletd5 whose wallet kdewallet is open, as a log-in to KDE
// leaves it. An empty home gets an empty wallet.
func StartKWallet(t *testing.T, home string) *Daemon {
	t.Helper()
	Need(t, "kwalletd5")
	wallet := filepath.Join(home, "kwalletd", "kdewallet.kwl")
	if _, err := os.Stat(wallet); err != nil {
		write(t, filepath.Join(home, "kwalletrc"), []byte(kwalletConfig))
		write(t, wallet, emptyWallet(t))
		write(t, filepath.Join(home, "kwalletd", "kdewallet.salt"), walletSalt)
	}
	d := start(t, home, exec.Command("kwalletd5"), "DISPLAY="+Display(t))
	awaitCollection(t)
	openWallet(t)
	return d
}

// ActivateKWallet lets the bus start kwalletd5 in a home that had one, to the end of the
// test.
func ActivateKWallet(t *testing.T, home string) {
	t.Helper()
	program := filepath.Join(home, "start")
	script := "#!/bin/sh\nexec env " + strings.Join(append(homeVariables(home), "DISPLAY="+Display(t)), " ") + " kwalletd5\n"
	write(t, program, []byte(script))
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	EndOther(t)
	Activate(t, "org.kde.kwalletd5", program)
}

var walletOnce struct {
	sync.Mutex
	file []byte
}

// emptyWallet is the file of a new wallet. The daemon that makes one does not show it
// as a collection; the next does.
func emptyWallet(t *testing.T) []byte {
	t.Helper()
	walletOnce.Lock()
	defer walletOnce.Unlock()
	if walletOnce.file == nil {
		home := ShortDir(t)
		write(t, filepath.Join(home, "kwalletrc"), []byte(kwalletConfig))
		write(t, filepath.Join(home, "kwalletd", "kdewallet.salt"), walletSalt)
		d := start(t, home, exec.Command("kwalletd5"), "DISPLAY="+Display(t))
		openWallet(t)
		await(t, "a wallet", func() bool {
			walletOnce.file, _ = os.ReadFile(filepath.Join(home, "kwalletd", "kdewallet.kwl"))
			return len(walletOnce.file) > 0
		})
		d.End(t)
	}
	return walletOnce.file
}

// walletSalt is what the password is hashed with.
var walletSalt = bytes.Repeat([]byte("s"), 56)

// openWallet opens the wallet as PAM does at a log-in to KDE: with a hash of the
// password. A wallet that is not there is made.
func openWallet(t *testing.T) {
	t.Helper()
	hash, err := pbkdf2.Key(sha512.New, Password, walletSalt, 50_000, 56)
	if err != nil {
		t.Fatal(err)
	}
	daemon := Bus(t).Object("org.kde.kwalletd5", "/modules/kwalletd5")
	await(t, "an open wallet", func() bool {
		_ = daemon.Call("org.kde.KWallet.pamOpen", 0, "kdewallet", hash, int32(0)).Err
		var open bool
		return daemon.Call("org.kde.KWallet.isOpen", 0, "kdewallet").Store(&open) == nil && open
	})
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
