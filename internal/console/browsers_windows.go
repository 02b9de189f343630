package console

import (
	"os"
	"path/filepath"
)

// browsers are where their installers put them.
func browsers() (all []string) {
	for _, variable := range []string{"ProgramFiles", "ProgramFiles(x86)", "LocalAppData"} {
		for _, path := range []string{`Mozilla Firefox\firefox.exe`, `Google\Chrome\Application\chrome.exe`, `Microsoft\Edge\Application\msedge.exe`, `BraveSoftware\Brave-Browser\Application\brave.exe`} {
			if dir := os.Getenv(variable); dir != "" {
				all = append(all, filepath.Join(dir, path))
			}
		}
	}
	return all
}

// openers are commands that open a link in the person's browser.
func openers() [][]string { return [][]string{{"rundll32.exe", "url.dll,FileProtocolHandler"}} }

func isWSL() bool { return false }
