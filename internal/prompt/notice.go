package prompt

import (
	"context"
	"time"

	"github.com/awsbroker/awsbroker/internal/programs"
	"github.com/awsbroker/awsbroker/internal/say"
)

// noticeLimit is how long the program may take that hands a notice to the desktop.
const noticeLimit = 5 * time.Second

// Notify shows text as a notice of the desktop, where there is one and notify-send
// (libnotify) is installed. Nobody has to answer it. environ is that of this process.
func Notify(environ []string, text string) error {
	path, err := programs.Find("notify-send")
	if err != nil {
		return err
	}
	desk := desktopOf(environ)
	if _, err := desk.screen(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), noticeLimit)
	defer cancel()
	_, err = runProgram(ctx, programOf(desk.lent(), path, "--app-name="+dialogTitle, "--", dialogTitle, plain(say.Line(text))), nil)
	return err
}
