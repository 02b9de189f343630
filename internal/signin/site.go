// Package signin knows AWS's sign-in service and its console: the addresses in each
// partition, the pages of the console, and how a session becomes a sign-in link.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
package signin

import (
	"net/url"
	"strings"
)

// Site is the sign-in service and the console of one partition.
type Site struct {
	Partition string
	SignIn    string // base of the sign-in service's URLs, "https://signin.aws.amazon.com"
	Console   string // host of the console, "console.aws.amazon.com"
}

// sites are those that AWS names. The partitions for secret regions (aws-iso…) have
// sign-in services of their own, whose addresses AWS does not publish.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
// https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-Beijing.html
// https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-console.html
// https://docs.aws.eu/esc/latest/userguide
var sites = []Site{
	{"aws", "https://signin.aws.amazon.com", "console.aws.amazon.com"},
	{"aws-cn", "https://signin.amazonaws.cn", "console.amazonaws.cn"},
	{"aws-us-gov", "https://signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"},
	{"aws-eusc", "https://signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu"},
}

// SiteOf returns the site of a partition; ok is false for one whose console takes no
// session from outside.
func SiteOf(partition string) (s Site, ok bool) {
	for _, s := range sites {
		if s.Partition == partition {
			return s, true
		}
	}
	return Site{}, false
}

// has reports whether a host is one of the site's console: the console's own name, or
// one that ends with a dot and that name, such as that of a region.
func (s Site) has(host string) bool {
	host = strings.ToLower(host)
	return host == s.Console || strings.HasSuffix(host, "."+s.Console)
}

// IsAWS reports whether the site's sign-in service is AWS's own: that of the partition,
// or of one region in it, and no address of the person's choice.
func (s Site) IsAWS() bool {
	own, _ := SiteOf(s.Partition)
	u, err := url.Parse(s.SignIn)
	host := strings.TrimPrefix(own.SignIn, "https://")
	return err == nil && u.Scheme == "https" && u.Port() == "" && (u.Hostname() == host || strings.HasSuffix(u.Hostname(), "."+host))
}

// Host returns the host of the sign-in service, for people.
func (s Site) Host() string {
	u, err := url.Parse(s.SignIn)
	if err != nil {
		return s.SignIn
	}
	return u.Host
}
