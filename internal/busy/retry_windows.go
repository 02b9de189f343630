package busy

import (
	"errors"
	"math/rand/v2"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// Retry calls do, which reads or replaces a file, again until it succeeds or two seconds
// have passed, and returns its last error. Windows refuses both for as long as another
// program has the file open, which is a moment with files of ours.
func Retry(do func() error) error {
	err := do()
	for start, pause := time.Now(), time.Millisecond; isBusy(err) && time.Since(start) < Patience; err = do() {
		time.Sleep(pause + rand.N(pause)) // unlike the others that wait
		pause = min(2*pause, 50*time.Millisecond)
	}
	return err
}

// isBusy reports whether Windows may give another answer in a moment. A file that may not
// be written at all is refused in the same words.
func isBusy(err error) bool {
	var code syscall.Errno
	return errors.As(err, &code) && (code == windows.ERROR_ACCESS_DENIED || code == windows.ERROR_SHARING_VIOLATION)
}
