package variables

import "slices"

// Formats are the forms in which [Print] shows a session. The JSON of
// credential_process is none of them.
var Formats = [...]string{"dotenv", "env", "fish", "ini", "mc", "pgbackrest", "powershell", "rclone", "s3cmd"}

// Print returns the session of a profile in a form, as lines; ok is false if
// there is no such form. A shell also forgets what would make its programs use another
// session, as the command of exec does: AWS_PROFILE wins over keys in some SDKs.
func Print(format, profile string, s Session) (text string, ok bool) {
	if !slices.Contains(Formats[:], format) {
		return "", false
	}
	if text, ok := ofTool(format, profile, s); ok {
		return text, true
	}
	if format == "ini" {
		text = "[" + profile + "]\n"
	}
	for _, v := range Of(s) {
		if line := v.line(format); line != "" {
			text += line + "\n"
		}
	}
	for _, name := range misleading() {
		if line := unset(format, name); line != "" {
			text += line + "\n"
		}
	}
	return text, true
}

// unset returns the line by which a shell forgets a variable, "" for forms that no
// shell runs.
func unset(format, name string) string {
	switch format {
	case "env":
		return "unset " + name
	case "fish":
		return "set -e " + name
	case "powershell":
		return "$Env:" + name + " = $null"
	}
	return ""
}

func (v Variable) line(format string) string {
	switch format {
	case "env":
		return "export " + v.Name + "='" + replace(v.Value, '\'', `'\''`) + "'"
	case "fish":
		return "set -gx " + v.Name + " '" + replace(replace(v.Value, '\\', `\\`), '\'', `\'`) + "'"
	case "powershell":
		return "$Env:" + v.Name + " = '" + doubleQuotes(v.Value) + "'"
	case "ini":
		return v.iniLine()
	}
	return v.Name + "=" + v.Value
}

// iniLine is a setting of the credentials file, which knows one region and no
// expiration.
func (v Variable) iniLine() string {
	switch v.Name {
	case "AWS_CREDENTIAL_EXPIRATION", "AWS_DEFAULT_REGION":
		return ""
	case "AWS_REGION":
		return "region = " + v.Value
	}
	name := []byte(v.Name)
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			name[i] = c + 'a' - 'A'
		}
	}
	return string(name) + " = " + v.Value
}

// doubleQuotes doubles what PowerShell takes for a single quote: ' and the typographic
// ones from U+2018 to U+201B.
// https://learn.microsoft.com/powershell/scripting/lang-spec/chapter-02 (2.3.5.2)
func doubleQuotes(s string) string {
	var out []rune
	for _, r := range s {
		out = append(out, r)
		if r == '\'' || '\u2018' <= r && r <= '\u201b' {
			out = append(out, r)
		}
	}
	return string(out)
}

// replace each old in s. Package strings would be initialised too early.
func replace(s string, old byte, by string) string {
	var b []byte
	for i := range len(s) {
		if s[i] == old {
			b = append(b, by...)
		} else {
			b = append(b, s[i])
		}
	}
	return string(b)
}
