package console

// browsers are where people have them.
func browsers() []string {
	return []string{
		"/Applications/Firefox.app/Contents/MacOS/firefox",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
		"/Applications/Brave Browser.app/Contents/MacOS/Brave Browser",
		"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
	}
}

// openers are commands that open a link in the person's browser.
func openers() [][]string { return [][]string{{"/usr/bin/open"}} }

func isWSL() bool { return false }
