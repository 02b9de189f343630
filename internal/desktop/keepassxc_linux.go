package desktop

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// keepassxcConfig makes it a Secret Service that shows no windows of its own accord.
// It writes to the disk when it locks: 2.7.4 crashes at times when many changes come
// while it writes after each. Access says whether it asks before it gives an item away, or deletes one.
const keepassxcConfig = `[General]
ConfigVersion=2
UpdateCheckMessageShown=true
AutoSaveAfterEveryChange=false

[GUI]
CheckForUpdates=false

[FdoSecrets]
Enabled=true
ShowNotification=false
ConfirmAccessItem=%[1]t
ConfirmDeleteItem=%[1]t
`

// keepassxcXML is a database whose only group is the one that the Secret Service has.
const keepassxcXML = `<?xml version="1.0" encoding="UTF-8"?>
<KeePassFile><Meta><CustomData><Item>
<Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{7d3c3b09-fb15-8adb-bc90-78a374705bff}</Value>
</Item></CustomData></Meta>
<Root><Group><UUID>fTw7CfsVitu8kHijdHBb/w==</UUID><Name>Root</Name></Group></Root></KeePassFile>
`

// StartKeePassXC starts a KeePassXC with an open database, keys.kdbx. With asking it
// asks a person before it gives away an item that another program made. An empty home
// gets an empty database.
func StartKeePassXC(t *testing.T, home string, asking bool) *Daemon {
	t.Helper()
	Need(t, "keepassxc")
	database := filepath.Join(home, "keys.kdbx")
	write(t, filepath.Join(home, "keepassxc", "keepassxc.ini"), fmt.Appendf(nil, keepassxcConfig, asking))
	if _, err := os.Stat(database); err != nil {
		write(t, database, emptyDatabase(t))
	}
	cmd := exec.Command("keepassxc", "--pw-stdin", database)
	cmd.Stdin = strings.NewReader(Password + "\n")
	d := start(t, home, cmd, "DISPLAY="+Display(t))
	AwaitUnlocked(t)
	return d
}

var databaseOnce struct {
	sync.Mutex
	file []byte
}

func emptyDatabase(t *testing.T) []byte {
	t.Helper()
	databaseOnce.Lock()
	defer databaseOnce.Unlock()
	if databaseOnce.file == nil {
		home := ShortDir(t)
		xml, made := filepath.Join(home, "keys.xml"), filepath.Join(home, "keys.kdbx")
		write(t, xml, []byte(keepassxcXML))
		cmd := exec.Command("keepassxc-cli", "import", "--set-password", "--decryption-time", "100", xml, made)
		cmd.Env = append(os.Environ(), "HOME="+home, "QT_QPA_PLATFORM=offscreen")
		cmd.Stdin = strings.NewReader(Password + "\n" + Password + "\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		file, err := os.ReadFile(made)
		if err != nil {
			t.Fatal(err)
		}
		databaseOnce.file = file
	}
	return databaseOnce.file
}
