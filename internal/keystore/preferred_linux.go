package keystore

// preferred is the order in which Choose looks, best first. pass comes before
// the file: who has set it up has a gpg key with a passphrase already, and an
// agent that is asked for it once a session.
var preferred = []Kind{SecretService, Pass, File}
