package style

// A phrase is words that no text has, and what to write instead.
type phrase struct{ words, instead string }

// phrases is the one list of words that no text for a person uses. Each has what
// to write instead. A phrase is a regular expression without regard to case (unless it begins with (?-i)); it is
// looked for in sentences, so ^ and $ are a sentence's begin and end.
var phrases = []phrase{
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
	// The vocabulary.
	{`to mend\b|\bmended\b`, `fix, fixed`},
	{`\bfor machines\b`, `output JSON`},
	{`\b(session|MFA session) in hand\b`, `cached session`},
	{`\bwhatever went wrong\b`, `if it stops`},
	{`\bwhat a profile comes to\b`, `how a profile resolves`},
	{`\bwhat happens, without secrets`, `log each step to stderr`},
	{`\blife that the session has left`, `minimum remaining lifetime`},
	{`whose (keys|devices) are meant|key of the keychain that acts|profile through which`, `"user whose keys to manage", "key in the keychain to use", "profile used to call AWS"`},
	{`\bif it shall be so\b`, `to continue anyway`},
	{`\bthis is there and differs\b`, `these existing things differ`},
	{`\bis gone on from\b`, `run the same command again to resume`},
	{`\bseen by nobody\b`, `never shown`},
	{`\bone is made up\b`, `awsbroker generates one`},
	{`\bwhich is shown this once\b`, `shown only now`},
	{`\blast of all\b`, `at the end`},
	{`\bas they are to be\b`, `planned`},
	{`\bthat it shows now\b|\bthe next code that it shows\b`, `"current code", "next code"`},
	{`\bwill not do\b`, `"you have already used that code"`},
	{`\bhas gone by\b`, `type two consecutive codes again`},
	{`\bcodes are asked for all the same\b|\bdo not ask, but for codes\b`, `ask for codes only`},
	{`\bas far as the log goes\b`, `the log shows`},
	{`\bthe same again\b`, `repeat it`},
	{`\bgives no session of it\b`, `gives programs no session of a root key`},
	{`\bround in a circle\b`, `forms a circle`},
	{`\bdisagree which\b`, `do not agree which one to use`},
	{`\bdead now\b`, `no longer works`},
	{`\bstands alone\b`, `excludes other ...`},
	{`\bcomes along from\b`, `AWS passes it on`},
	{`\bsigns nobody in\b`, `does not sign you in`},
	{`\bno further one\b`, `allows no more`},
	{`\bis taken for\b`, `awsbroker reads x as y`},
	{`\bwhoever\b`, `anyone who, another program, you`},
	{`\bin clear\b|\bplain text\b`, `in plaintext`},
	// A subject is a noun or you, never a clause; a question may begin so.
	{`(?-i)^([-*>|] )?(\*\*)?(What|Who|Whoever|Whatever)\b[^?]*$`, `a noun as the subject: "Methods that are not available are skipped"`},
}

// pagePhrases is the same for the documentation alone.
var pagePhrases = []phrase{
	{`\bgoes on\b`, `continues, resumes`},
}
