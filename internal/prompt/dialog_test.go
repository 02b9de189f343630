package prompt

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

// nasty is a text that says more than it should, to those who read more than
// text in it.
const nasty = `-e "; rm -rf ~ $(id) ` + "`id`" + ` <b>bold</b> & &lt; a_b \n '$q' %d`

var choices = []string{"Once", "Ten minutes", "No"}

// TestDialogTextIsData: whatever a text holds, it is one argument or a part of
// standard input, and the script beside it is the same as ever.
func TestDialogTextIsData(t *testing.T) {
	for name, kind := range map[string]dialogKind{"zenity": zenity, "kdialog": kdialog, "osascript": osascript, "powershell": powershell} {
		for _, ask := range []queryKind{askLine, askHidden, askConfirm, askChoice} {
			args, stdin := kind.command(query{ask, nasty, 40, choices})
			plainArgs, plainStdin := kind.command(query{ask, "text", 40, choices})
			if len(args) != len(plainArgs) {
				t.Errorf("%s %s: %q", name, ask, args)
			}
			different := 0 // "-" ends the options of osascript
			for i, arg := range args {
				if arg == plainArgs[i] {
					continue
				}
				if different++; args[0] != "-" && arg[0] == '-' && !strings.Contains(strings.Fields(arg)[0], "=") {
					t.Errorf("%s %s: %q looks like an option", name, ask, arg)
				}
			}
			if different > 1 || different == 1 && string(stdin) != string(plainStdin) || different == 0 && string(stdin) == string(plainStdin) {
				t.Errorf("%s %s: %q, and %q on stdin", name, ask, args, stdin)
			}
		}
	}
}

func TestDialogArguments(t *testing.T) {
	args, _ := zenity.command(query{kind: askHidden, text: `a_b \n` + "\nc", seconds: 40})
	for _, want := range []string{"--entry", "--hide-text", `--text=a__b \\n` + "\nc", "--timeout=40"} {
		if !slices.Contains(args, want) {
			t.Errorf("zenity: no %q in %q", want, args)
		}
	}
	if args, _ = zenity.command(query{kind: askConfirm, text: "<b>", seconds: 40}); !slices.Contains(args, "--no-markup") || !slices.Contains(args, "--default-cancel") {
		t.Errorf("zenity: %q", args)
	}
	if args, _ = kdialog.command(query{kind: askHidden, text: nasty, seconds: 40}); strings.ContainsAny(strings.Join(args, ""), `<>&\`) {
		t.Errorf("kdialog: %q may be markup", args)
	}
	args, stdin := osascript.command(query{kind: askLine, text: nasty, seconds: 40})
	if !slices.Equal(args, []string{"-", "line", "awsbroker", nasty, "40"}) || string(stdin) != appleScript {
		t.Errorf("osascript: %q", args)
	}
	args, stdin = powershell.command(query{kind: askConfirm, text: nasty, seconds: 40})
	if args[len(args)-1] != powershellScript || strings.Contains(powershellScript, `"`) {
		t.Errorf("powershell: %q", args)
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(string(stdin), "\n"))
	var q struct {
		Kind, Title, Text string
		Seconds           int
	}
	if err != nil || json.Unmarshal(data, &q) != nil || q.Text != nasty || q.Kind != "confirm" || q.Seconds != 40 {
		t.Errorf("powershell reads %q", data)
	}
}

func TestDialogOutcomes(t *testing.T) {
	code := base64.StdEncoding.EncodeToString([]byte("answer:pässword"))
	for _, tt := range []struct {
		name string
		kind dialogKind
		ask  queryKind
		ran  ran
		want string
		err  error
	}{
		{"zenity", zenity, askLine, ran{answer: "123456\n"}, "123456", nil},
		{"zenity", zenity, askHidden, ran{answer: " spaces count \n"}, " spaces count ", nil},
		{"zenity", zenity, askLine, ran{exit: 1, complaint: "Gtk-WARNING: something"}, "", ErrCancelled},
		{"zenity", zenity, askConfirm, ran{exit: 1}, "", errNo},
		{"zenity", zenity, askLine, ran{exit: 5}, "", ErrTimeout},
		{"zenity", zenity, askConfirm, ran{exit: 1, complaint: "(zenity:1): Gtk-WARNING **: cannot open display: :9"}, "", errUnable},
		{"zenity", zenity, askLine, ran{exit: 255, complaint: "unknown option"}, "", errUnable},
		{"zenity", zenity, askLine, ran{exit: -1}, "", errUnable},
		{"zenity", zenity, askChoice, ran{}, "Once", nil},
		{"zenity", zenity, askChoice, ran{exit: 1, answer: "Ten minutes\n"}, "Ten minutes", nil},
		{"zenity", zenity, askChoice, ran{exit: 1}, "", errNo},
		{"zenity", zenity, askChoice, ran{exit: 1, answer: "Twice\n"}, "", errNo},
		{"kdialog", kdialog, askChoice, ran{answer: "Ten minutes\n"}, "Ten minutes", nil},
		{"kdialog", kdialog, askChoice, ran{answer: "\n"}, "", errNo},
		{"kdialog", kdialog, askChoice, ran{exit: 1}, "", errNo},
		{"osascript", osascript, askChoice, ran{answer: "answer:Once\n"}, "Once", nil},
		{"osascript", osascript, askChoice, ran{answer: "cancelled:\n"}, "", errNo},
		{"powershell", powershell, askChoice, ran{answer: "YW5zd2VyOk9uY2U="}, "Once", nil},
		{"powershell", powershell, askChoice, ran{exit: 1}, "", errNo},
		{"kdialog", kdialog, askLine, ran{answer: "123456\n"}, "123456", nil},
		{"kdialog", kdialog, askConfirm, ran{answer: "yes\n"}, "yes", nil},
		{"kdialog", kdialog, askConfirm, ran{answer: "no\n"}, "", errNo},
		{"kdialog", kdialog, askConfirm, ran{}, "", errNo},
		{"kdialog", kdialog, askConfirm, ran{exit: 1}, "", errNo},
		{"kdialog", kdialog, askHidden, ran{exit: 2}, "", ErrCancelled},
		{"kdialog", kdialog, askLine, ran{exit: -1, complaint: "could not connect to display"}, "", errUnable},
		{"osascript", osascript, askLine, ran{answer: "answer:12:34\n"}, "12:34", nil},
		{"osascript", osascript, askConfirm, ran{answer: "answer:\n"}, "", nil},
		{"osascript", osascript, askConfirm, ran{answer: "cancelled:\n"}, "", errNo},
		{"osascript", osascript, askHidden, ran{answer: "cancelled:\n"}, "", ErrCancelled},
		{"osascript", osascript, askHidden, ran{answer: "timeout:\n"}, "", ErrTimeout},
		{"osascript", osascript, askLine, ran{exit: 1, complaint: "execution error: No user interaction allowed. (-1713)"}, "", errUnable},
		{"osascript", osascript, askConfirm, ran{}, "", errUnable},
		{"powershell", powershell, askHidden, ran{answer: code}, "pässword", nil},
		{"powershell", powershell, askConfirm, ran{exit: 1}, "", errNo},
		{"powershell", powershell, askConfirm, ran{answer: "YW5zd2VyOg=="}, "", nil},
		{"powershell", powershell, askConfirm, ran{}, "", errUnable},
		{"powershell", powershell, askChoice, ran{}, "", errUnable},
		{"powershell", powershell, askLine, ran{answer: "T25jZQ=="}, "", errUnable},
		{"powershell", powershell, askLine, ran{exit: 1}, "", ErrCancelled},
		{"powershell", powershell, askLine, ran{exit: 5}, "", ErrTimeout},
		{"powershell", powershell, askLine, ran{exit: 3, complaint: "nobody is at the screen"}, "", errUnable},
		{"powershell", powershell, askLine, ran{answer: "PS C:\\>"}, "", errUnable},
	} {
		got, err := tt.kind.outcome(query{kind: tt.ask, answers: choices}, tt.ran)
		if got != tt.want || !errors.Is(err, tt.err) || tt.err == nil && err != nil {
			t.Errorf("%s %s %+v: %q, %v; want %q, %v", tt.name, tt.ask, tt.ran, got, err, tt.want, tt.err)
		}
	}
}

func TestDialogTexts(t *testing.T) {
	for question, want := range map[string]string{
		"MFA code of arn:aws:iam::123456789012:mfa/phoebe, within 5 minutes: ": "MFA code:",
		"secret access key (not shown): ":                                      "secret access key:",
		"repeat it: ":                                                          "repeat it:",
		"Remove it?":                                                           "Remove it?:",
	} {
		if got := label(question); got != want {
			t.Errorf("%q is called %q", question, got)
		}
	}
	long := strings.Repeat("word ", 30) + strings.Repeat("€", 100) + "\n\nlast"
	wrapped := wrap(long)
	for _, line := range strings.Split(wrapped, "\n") {
		if n := len([]rune(line)); n > textWidth {
			t.Errorf("%d characters: %q", n, line)
		}
	}
	if wrapped := wrap(strings.Repeat("x", textWidth-1) + "\xac0"); wrapped != strings.Repeat("x", textWidth-1)+"\uFFFD\n0" {
		t.Errorf("what is no UTF-8 is wrapped as %q", wrapped)
	}
	if strings.Join(strings.Fields(wrapped), "") != strings.Join(strings.Fields(long), "") || !strings.HasSuffix(wrapped, "\n\nlast") {
		t.Errorf("%q", wrapped)
	}
}
