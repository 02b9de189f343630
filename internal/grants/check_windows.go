package grants

import "os"

// mayWrite: an access list says more than can be worked out; a file tells by being opened.
func mayWrite(path string) error {
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	return f.Close()
}
