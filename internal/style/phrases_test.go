package style

// phrases is the one list of words that no text for a person uses. Each has what
// to write instead. A phrase is a regular expression without regard to case (unless it begins with (?-i)); it is
// looked for in sentences, so ^ and $ are a sentence's begin and end.
var phrases = []struct{ phrase, instead string }{
	// Questions tell the future, as sentences.
	{`(?-i)^(delete|remove|write|move|store|change|rotate|revoke|carry|take|give) (it|them|this|that|these)\b.*\?`, `a capital letter: "Delete it?"`},
	{`(?-i)^(take|carry|put) \w+ back\?`, `"Undo that?", "Use it again?"`},
	{`what signs with`, `requests signed with it`},
	{`it is deleted for good`, `"This will delete it for good."`},
	{`not accepted any more`, `"Its codes will stop working."`},
	{`goes? out of (your|the|an|its)\b`, `"will be removed from", "was removed from"`},
	{`nothing else here has`, `there is no other copy`},
	{`would be asked for`, `"awsbroker would ask for"`},
	{`unasked\b`, `without asking`},
	{`proves nothing more`, `is no longer a second factor`},
	{`\bdid its work\b`, `is no longer needed`},
}
