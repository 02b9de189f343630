package passphrase

import (
	"os"
	"os/user"
	"slices"
	"strings"
	"unicode"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Trivial is what is wrong with a passphrase that [IsTrivial].
const Trivial = "it is mostly a repetition, a sequence, a keyboard row, a common password or a name"

// least is how many characters or pieces a guesser has to get right.
const least = 8

// IsTrivial reports whether a passphrase is among the first that a guesser tries. names
// are what a guesser knows of the person beside the names of this machine and its user:
// the user and the account in AWS.
//
// It counts characters, and a piece that guessers try as a whole (a run, a row of keys,
// a common password, a year, a name) as one. Libraries that estimate strength were
// left out: the maintained port of zxcvbn (ccojocar/zxcvbn-go 1.0.4) builds its word
// lists in every start of the program, 32 ms and 18 MB before anything is done.
func IsTrivial(p credential.Secret, names ...string) bool {
	text := []rune(strings.ToLower(p.Reveal()))
	text = text[:period(text)]
	words := slices.Concat(common, parts(names), parts(ofMachine()))
	pieces := 0
	for i := 0; i < len(text); pieces++ {
		i += max(run(text[i:]), row(text[i:]), year(text[i:]), word(text[i:], words), 1)
	}
	return pieces < least
}

// period returns the length of the beginning that text repeats over and over.
func period(text []rune) int {
	for n := 1; n <= len(text)/2; n++ {
		if slices.Equal(text[n:], text[:len(text)-n]) {
			return n
		}
	}
	return len(text)
}

// run returns the length of what text begins with, if that is one character again and
// again, or each the next or the one before (abc, 321); else 0.
func run(text []rune) int {
	if len(text) < 3 {
		return 0
	}
	step := text[1] - text[0]
	if step < -1 || step > 1 {
		return 0
	}
	n := 2
	for n < len(text) && text[n]-text[n-1] == step {
		n++
	}
	return longEnough(n, 3)
}

// rows are neighbours on keyboards: English, German, French; and up and down.
var rows = []string{
	"1234567890", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "1a2b3c4d5e6f",
}

// row returns how much of a row of keys text begins with, in either direction.
func row(text []rune) (longest int) {
	for _, keys := range rows {
		forward := []rune(keys)
		back := slices.Clone(forward)
		slices.Reverse(back)
		for _, r := range [][]rune{forward, back} {
			if at := slices.Index(r, text[0]); at >= 0 {
				longest = max(longest, alike(text, r[at:]))
			}
		}
	}
	return longEnough(longest, 4)
}

// year returns 4 if text begins with a year of our time.
func year(text []rune) int {
	if len(text) >= 4 && (string(text[:2]) == "19" || string(text[:2]) == "20") && unicode.IsDigit(text[2]) && unicode.IsDigit(text[3]) {
		return 4
	}
	return 0
}

// digitsForLetters are how people write words to make them look harder.
var digitsForLetters = strings.NewReplacer("0", "o", "1", "i", "!", "i", "3", "e", "4", "a", "@", "a", "5", "s", "$", "s", "7", "t", "8", "b")

// word returns the length of the longest of the words that text begins with.
func word(text []rune, words []string) (longest int) {
	plain, letters := string(text), digitsForLetters.Replace(string(text))
	for _, w := range words {
		if strings.HasPrefix(plain, w) || strings.HasPrefix(letters, w) {
			longest = max(longest, len([]rune(w)))
		}
	}
	return longest
}

// ofMachine returns the names of the machine and of who uses it.
func ofMachine() (names []string) {
	if host, err := os.Hostname(); err == nil {
		names = append(names, host)
	}
	if u, err := user.Current(); err == nil {
		names = append(names, u.Username, u.Name)
	}
	return names
}

// parts of names are tried one by one, as the names are: monica.geller, monica, geller.
func parts(names []string) (all []string) {
	for _, name := range names {
		name = strings.ToLower(name)
		between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
		all = append(append(all, name), strings.FieldsFunc(name, between)...)
	}
	return slices.DeleteFunc(all, func(s string) bool { return len([]rune(s)) < 3 })
}

// alike returns how many characters a and b have in common at their beginnings.
func alike(a, b []rune) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func longEnough(n, least int) int {
	if n < least {
		return 0
	}
	return n
}
