//go:build !windows

package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// browse is a program of the stories: a browser that opens the link in its last
// argument, of which every host but this machine is the website of the fake AWS
// ($WEBSITE). It keeps its cookie from run to run.
//
// It leaves in $WORK: argv, the command line that it was started with; environ, the names
// of its variables; hops, the hosts that it was led to; page, what it shows in the end.
func browse() {
	work := os.Getenv("WORK")
	write := func(name, text string) { _ = os.WriteFile(filepath.Join(work, name), []byte(text), 0o600) }
	write("argv", strings.Join(os.Args, "\n")+"\n")
	var names []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		names = append(names, name)
	}
	write("environ", strings.Join(names, "\n")+"\n")
	if os.Getenv("BROWSER_FAILS") != "" {
		os.Exit(3)
	}
	link := os.Args[len(os.Args)-1]
	if _, inside, ok := strings.Cut(link, "url="); ok && strings.HasPrefix(link, "ext+") { // as an extension does
		inside, _, _ = strings.Cut(inside, "&")
		link, _ = url.QueryUnescape(inside)
	}
	link = strings.TrimPrefix(link, "--window=")
	hops, page, err := follow(link, filepath.Join(work, "cookie"))
	write("hops", strings.Join(hops, "\n")+"\n")
	write("page", page)
	if err != nil {
		write("page", err.Error()+"\n")
	}
}

// follow goes where a link leads, and returns the ways it was led and the page there.
func follow(link, cookieFile string) (hops []string, page string, err error) {
	client := &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for len(hops) < 10 {
		u, err := url.Parse(link)
		if err != nil {
			return hops, "", err
		}
		r, err := http.NewRequest(http.MethodGet, link, nil)
		if err != nil {
			return hops, "", err
		}
		hops = append(hops, u.Hostname()+" "+u.Path)
		if u.Hostname() != "127.0.0.1" {
			aws, err := url.Parse(os.Getenv("WEBSITE"))
			if err != nil {
				return hops, "", err
			}
			r.Host, r.URL.Scheme, r.URL.Host = u.Host, aws.Scheme, aws.Host
		}
		if cookie, err := os.ReadFile(cookieFile); err == nil && len(cookie) > 0 {
			r.Header.Set("Cookie", string(cookie))
		}
		answer, err := client.Do(r)
		if err != nil {
			return hops, "", err
		}
		for _, c := range answer.Cookies() {
			text := c.Name + "=" + c.Value
			if c.MaxAge < 0 {
				text = ""
			}
			_ = os.WriteFile(cookieFile, []byte(text), 0o600)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return hops, "", err
		}
		if next := answer.Header.Get("Location"); answer.StatusCode/100 == 3 {
			link = next
			continue
		}
		return hops, fmt.Sprintf("%d\n%s", answer.StatusCode, body), nil
	}
	return hops, "", fmt.Errorf("it goes round in a circle")
}
