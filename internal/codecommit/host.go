// Package codecommit knows what Git needs to reach AWS CodeCommit over HTTPS: which hosts
// are CodeCommit's, the password that a session signs, and the protocol in which Git asks
// for it.
package codecommit

import (
	"strconv"
	"strings"
)

// Host is a name of CodeCommit's.
type Host struct {
	Name      string // without the port
	Region    string
	Partition string
}

// domains are those of the partitions that have CodeCommit.
var domains = []struct{ domain, partition string }{
	{".amazonaws.com.cn", "aws-cn"},
	{".amazonaws.com", "aws"},
}

// ParseHost returns what a host, with a port or without, is to CodeCommit; ok is false for
// one that is not CodeCommit's: https://git-codecommit.REGION.amazonaws.com, the same with
// -fips, and the names of VPC endpoints.
// https://docs.aws.amazon.com/codecommit/latest/userguide/regions.html
// https://docs.aws.amazon.com/codecommit/latest/userguide/codecommit-and-interface-VPC.html
func ParseHost(host string) (h Host, ok bool) {
	if name, port, found := strings.Cut(host, ":"); found {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return Host{}, false // "…:x@evil.example", of which others may take another part for the host
		}
		host = name
	}
	h.Name = strings.ToLower(host)
	rest := ""
	for _, d := range domains {
		if front, is := strings.CutSuffix(h.Name, d.domain); is && rest == "" {
			rest, h.Partition = front, d.partition
		}
	}
	if strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		return Host{}, false // "vpce-evil/.git-codecommit…", of which an address has another host
	}
	labels := strings.Split(rest, ".")
	if len(labels) == 4 && strings.HasPrefix(labels[0], "vpce-") && labels[3] == "vpce" {
		labels = labels[1:3]
	}
	if len(labels) != 2 || labels[0] != "git-codecommit" && labels[0] != "git-codecommit-fips" || !isRegion(labels[1]) {
		return Host{}, false
	}
	h.Region = labels[1]
	if strings.HasPrefix(h.Region, "us-gov-") {
		h.Partition = "aws-us-gov"
	}
	return h, true
}

// isRegion reports whether a label looks like a region: eu-central-1.
func isRegion(label string) bool {
	parts := strings.Split(label, "-")
	if len(parts) < 3 || len(parts[len(parts)-1]) != 1 {
		return false
	}
	for i, part := range parts {
		for _, c := range part {
			if last := i == len(parts)-1; last && (c < '0' || c > '9') || !last && (c < 'a' || c > 'z') {
				return false
			}
		}
		if part == "" {
			return false
		}
	}
	return true
}

// Repository returns the name of the repository that a path is in: "demo" for
// "v1/repos/demo" and for what is below it; empty for a path that is in none.
func Repository(path string) string {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(path, "/"), "v1/repos/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}
