package config

import "strings"

// What nearly every profile has, and so every run reads, is checked by hand:
// to compile a regular expression for it takes longer than to read the files.

// maxPath is the longest path of an IAM name, with the slash at its end and
// without the one at its beginning.
const maxPath = 511

// isIAMARN reports whether an ARN is that of an IAM role or MFA device, whose
// name has as many characters as that at most. The forms are those of the API:
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
func isIAMARN(arn, kind string, mostName int) bool {
	f := strings.SplitN(arn, ":", 6)
	if len(f) < 6 || f[0] != "arn" || !isPartition(f[1]) || f[2] != "iam" || f[3] != "" || !isAccount(f[4]) {
		return false
	}
	path, ok := strings.CutPrefix(f[5], kind+"/")
	name := path[strings.LastIndex(path, "/")+1:]
	path = strings.TrimSuffix(path, name)
	return ok && len(path) != len("/") && len(path) <= maxPath && !strings.ContainsFunc(path, isNoGraphic) &&
		name != "" && len(name) <= mostName && !strings.ContainsFunc(name, isNotInName)
}

// isPartition is partitionPattern.
func isPartition(s string) bool {
	if letter, ok := strings.CutPrefix(s, "aws-iso-"); ok {
		return len(letter) == 1 && letter[0] >= 'a' && letter[0] <= 'z'
	}
	return s == "aws" || s == "aws-cn" || s == "aws-us-gov" || s == "aws-eusc" || s == "aws-iso"
}

func isAccount(s string) bool {
	return len(s) == 12 && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

func isNoGraphic(r rune) bool { return r < '!' || r > '~' }

func isNotInName(r rune) bool {
	return r > '~' || !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_+=,.@-", r))
}

// isRegion takes what can be a label of a host's name.
func isRegion(s string) bool {
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-' &&
		!strings.ContainsFunc(s, func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-') })
}
