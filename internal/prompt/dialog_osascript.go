package prompt

import (
	"strconv"
	"strings"
)

// osascript is the Mac's. The script is the same for every question; texts are
// its arguments, which AppleScript takes as they are.
// https://developer.apple.com/library/archive/documentation/AppleScript/Conceptual/AppleScriptLangGuide/reference/ASLR_cmds.html
var osascript = dialogKind{
	program: "osascript",
	command: func(q query) ([]string, []byte) {
		return append([]string{"-", string(q.kind), dialogTitle, q.text, strconv.Itoa(q.seconds)}, q.answers...), []byte(appleScript)
	},
	outcome: func(q query, r ran) (string, error) {
		if r.exit != 0 { // -1713: no user interaction allowed; 1: no screen
			return "", unable("exit code %d%s", r.exit, lastLine(r.complaint))
		}
		word, answer, _ := strings.Cut(strings.TrimSuffix(r.answer, "\n"), ":")
		switch {
		case word == "answer":
			return answer, nil
		case word == "timeout":
			return "", ErrTimeout
		case word == "cancelled" && (q.kind == askConfirm || q.kind == askChoice):
			return "", errNo
		case word == "cancelled":
			return "", ErrCancelled
		}
		return "", unable("it printed something other than an answer")
	},
}

const appleScript = `on run argv
	set {theKind, theTitle, theText} to items 1 thru 3 of argv
	set theLimit to (item 4 of argv) as integer
	try
		activate
	end try
	try
		if theKind is "confirm" then
			set theReply to display dialog theText with title theTitle buttons {"No", "Yes"} default button "No" cancel button "No" giving up after theLimit
			if gave up of theReply then return "timeout:"
			return "answer:"
		else if theKind is "choice" then
			set theButtons to items 5 thru -1 of argv
			set theNo to item -1 of theButtons
			set theReply to display dialog theText with title theTitle buttons (reverse of theButtons) default button theNo cancel button theNo giving up after theLimit
			if gave up of theReply then return "timeout:"
			return "answer:" & (button returned of theReply)
		else if theKind is "hidden" then
			set theReply to display dialog theText with title theTitle default answer "" giving up after theLimit with hidden answer
		else
			set theReply to display dialog theText with title theTitle default answer "" giving up after theLimit
		end if
		if gave up of theReply then return "timeout:"
		return "answer:" & (text returned of theReply)
	on error number -128
		return "cancelled:"
	end try
end run
`
