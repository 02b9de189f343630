package prompt

// kdialog is KDE's. It guesses whether a text is markup, so none may look like it.
// https://develop.kde.org/docs/administration/kdialog/
var kdialog = dialogKind{
	program: "kdialog",
	command: func(q query) ([]string, []byte) {
		args := []string{"--title=" + dialogTitle}
		switch text := plain(q.text); q.kind {
		case askConfirm:
			return append(args, "--yesno="+text), nil
		case askHidden:
			return append(args, "--password="+text), nil
		default:
			return append(args, "--inputbox="+text, ""), nil
		}
	},
	outcome: exits([]int{1, 2}, -2), // it has no time limit of its own
}
