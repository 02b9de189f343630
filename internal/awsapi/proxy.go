package awsapi

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
)

// CheckProxy returns an *[Error] with the reason BadProxy if HTTPS_PROXY, or
// https_proxy where that is empty, is no URL. net/http would connect past such a
// proxy without a word, or look up a host of a wrong name. The text does not show the
// value, which may have a password.
func CheckProxy() error {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy"} { // as net/http has them, in its order
		value := os.Getenv(name)
		if value == "" {
			continue
		}
		if isProxy(value) || isProxy("http://"+value) {
			return nil
		}
		return &Error{Reason: BadProxy, Message: name + " is not the URL of a proxy, like http://proxy.example:3128"}
	}
	return nil
}

func isProxy(value string) bool {
	u, err := url.Parse(value)
	return err == nil && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) && u.Hostname() != "" && !strings.Contains(u.Path, "//")
}

// refusalOfProxy says that it is the proxy that does not let a request through. The
// text of net/http would be the proxy's alone, as if AWS had answered.
func refusalOfProxy(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	switch answer.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusProxyAuthRequired:
		return fmt.Errorf("the proxy %s wants a name and a password (HTTP %d)", proxy.Host, answer.StatusCode)
	}
	return fmt.Errorf("the proxy %s does not let the request through (HTTP %d)", proxy.Host, answer.StatusCode)
}
