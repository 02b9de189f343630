package prompt

import "slices"

// kdialog is KDE's. It guesses whether a text is markup, so none may look like
// it. Its --yesno says yes to whoever types on as it appears; in a list the yes
// has to be chosen.
// https://develop.kde.org/docs/administration/kdialog/
var kdialog = dialogKind{
	program: "kdialog",
	command: func(q query) ([]string, []byte) {
		args := []string{"--title=" + dialogTitle}
		switch text := plain(q.text); q.kind {
		case askConfirm:
			return append(args, "--radiolist="+text, "no", "No", "on", "yes", "Yes", "off"), nil
		case askChoice:
			last := len(q.answers) - 1
			args = append(args, "--radiolist="+text, q.answers[last], q.answers[last], "on")
			for _, a := range q.answers[:last] {
				args = append(args, a, a, "off")
			}
			return args, nil
		case askHidden:
			return append(args, "--password="+text), nil
		default:
			return append(args, "--inputbox="+text, ""), nil
		}
	},
	outcome: func(q query, r ran) (string, error) {
		answer, err := exits([]int{1, 2}, -2)(q, r) // it has no time limit of its own
		if err == nil && (q.kind == askConfirm && answer != "yes" || q.kind == askChoice && !slices.Contains(q.answers, answer)) {
			return "", errNo
		}
		return answer, err
	},
}
