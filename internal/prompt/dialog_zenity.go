package prompt

import (
	"slices"
	"strconv"
	"strings"
)

// zenity is GNOME's. Its --entry can hide what is typed, and unlike --password
// shows a text. https://help.gnome.org/users/zenity/stable/
var zenity = dialogKind{
	program: "zenity",
	command: func(q query) ([]string, []byte) {
		args := []string{"--title=" + dialogTitle, "--timeout=" + strconv.Itoa(q.seconds), "--width=420"}
		if q.kind == askConfirm {
			return append(args, "--question", "--no-markup", "--default-cancel", "--text="+q.text), nil
		}
		if q.kind == askChoice {
			args = append(args, "--question", "--no-markup", "--default-cancel", "--text="+q.text, "--ok-label="+q.answers[0], "--cancel-label="+q.answers[len(q.answers)-1])
			for _, more := range q.answers[1 : len(q.answers)-1] {
				args = append(args, "--extra-button="+more)
			}
			return args, nil
		}
		args = append(args, "--entry", "--text="+zenityEntryText.Replace(q.text))
		if q.kind == askHidden {
			args = append(args, "--hide-text")
		}
		return args, nil
	},
	outcome: func(q query, r ran) (string, error) {
		// Without a display it ends as if somebody had pressed Cancel.
		if r.exit == 1 && (strings.Contains(r.complaint, "open display") || strings.Contains(r.complaint, "init server")) {
			return "", unable("%s", strings.Trim(lastLine(r.complaint), " ()"))
		}
		if q.kind == askChoice && r.exit == 0 {
			return q.answers[0], nil
		}
		if answer := strings.TrimSpace(r.answer); q.kind == askChoice && r.exit == 1 && slices.Contains(q.answers, answer) {
			return answer, nil // an extra button ends it like Cancel, but for its name
		}
		return exits([]int{1}, 5)(q, r)
	},
}

// zenityEntryText keeps --entry from reading a shortcut or an escape out of a
// text; it knows no markup.
var zenityEntryText = strings.NewReplacer("_", "__", `\`, `\\`)
