//go:build !cheapguesses

package passphrase

// Rounds of PBKDF2-SHA256 are what OWASP wants one guess to cost
// (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html).
// keyring itself takes 8,192, and reads what has up to 1,300,000, which is the limit of
// jose2go.
const Rounds = 600_000
