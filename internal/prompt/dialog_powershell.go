package prompt

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// powershell is Windows'. The script is the same for every question; the texts
// come to it on standard input and the answer goes back on standard output,
// both in base64, since the encoding of consoles is anybody's guess.
var powershell = dialogKind{
	program: "powershell.exe",
	command: func(q query) ([]string, []byte) {
		data, _ := json.Marshal(map[string]any{ // strings and numbers: it cannot fail
			"kind": q.kind, "title": dialogTitle, "text": q.text, "seconds": q.seconds, "answers": q.answers,
		})
		stdin := base64.StdEncoding.EncodeToString(data) + "\n"
		return []string{"-NoLogo", "-NoProfile", "-NonInteractive", "-STA", "-Command", powershellScript}, []byte(stdin)
	},
	outcome: func(q query, r ran) (string, error) {
		answer, err := exits([]int{1}, 5)(q, r)
		if err != nil {
			return "", err
		}
		plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(answer))
		given, answered := strings.CutPrefix(string(plain), powershellAnswer)
		if err != nil || !answered { // exit code 0 by itself is no yes: a PowerShell that runs nothing ends with it, too
			return "", unable("it printed something other than an answer")
		}
		return given, nil
	},
}

// powershellAnswer is in front of what the script prints.
const powershellAnswer = "answer:"

// powershellScript has no double quotes, which are not the same to Go, Windows
// and PowerShell. Exit codes: 0 answered, 1 cancelled or no, 5 too late, 3 it
// could not be shown.
const powershellScript = `
$ErrorActionPreference = 'Stop'
trap { [Console]::Error.WriteLine($_.ToString()); exit 3 }
$utf8 = [Text.Encoding]::UTF8
$q = $utf8.GetString([Convert]::FromBase64String([Console]::In.ReadLine())) | ConvertFrom-Json
Add-Type -AssemblyName System.Windows.Forms, System.Drawing
if (-not [Environment]::UserInteractive) { throw 'nobody is at the screen' }
$form = New-Object Windows.Forms.Form
$form.Text = $q.title
$form.TopMost = $true
$form.AutoSize = $true
$form.AutoSizeMode = 'GrowAndShrink'
$form.FormBorderStyle = 'FixedDialog'
$form.MaximizeBox = $false
$form.MinimizeBox = $false
$form.StartPosition = 'CenterScreen'
$rows = New-Object Windows.Forms.FlowLayoutPanel
$rows.FlowDirection = 'TopDown'
$rows.AutoSize = $true
$rows.Padding = 12
$label = New-Object Windows.Forms.Label
$label.UseMnemonic = $false
$label.AutoSize = $true
$label.Text = $q.text
$rows.Controls.Add($label)
$box = New-Object Windows.Forms.TextBox
$box.Width = 380
$box.UseSystemPasswordChar = ($q.kind -eq 'hidden')
$typed = $q.kind -ne 'confirm' -and $q.kind -ne 'choice'
if ($typed) { $rows.Controls.Add($box) }
$ok = New-Object Windows.Forms.Button
$ok.DialogResult = 'OK'
$cancel = New-Object Windows.Forms.Button
$cancel.DialogResult = 'Cancel'
$ok.Text, $cancel.Text = if ($q.kind -eq 'confirm') { 'Yes', 'No' } else { 'OK', 'Cancel' }
$buttons = New-Object Windows.Forms.FlowLayoutPanel
$buttons.AutoSize = $true
$buttons.Controls.Add($ok)
if ($q.kind -eq 'choice') {
  $ok.Text, $cancel.Text = $q.answers[0], $q.answers[-1]
  if ($q.answers.Count -gt 2) {
    $more = New-Object Windows.Forms.Button
    $more.DialogResult = 'Retry'
    $more.AutoSize = $true
    $more.Text = $q.answers[1]
    $buttons.Controls.Add($more)
  }
}
$buttons.Controls.Add($cancel)
$rows.Controls.Add($buttons)
$form.Controls.Add($rows)
if ($typed) { $form.AcceptButton = $ok }
$form.CancelButton = $cancel
$timer = New-Object Windows.Forms.Timer
$timer.Interval = 1000 * $q.seconds
$timer.add_Tick({ $form.DialogResult = 'Abort' })
$timer.Start()
$form.add_Shown({ $form.Activate(); if ($typed) { $box.Focus() } else { $cancel.Focus() } })
$result = $form.ShowDialog()
if ($result -eq 'Abort') { exit 5 }
if ($result -ne 'OK' -and $result -ne 'Retry') { exit 1 }
$answer = if ($q.kind -ne 'choice') { $box.Text } elseif ($result -eq 'Retry') { $q.answers[1] } else { $q.answers[0] }
[Console]::Out.Write([Convert]::ToBase64String($utf8.GetBytes('` + powershellAnswer + `' + $answer)))
exit 0
`
