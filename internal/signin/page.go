package signin

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// pages are the console's pages that have another path than /NAME/home, and the most
// visited of the others, for completion.
var pages = map[string]string{
	"apigateway":     "apigateway/main/apis",
	"athena":         "athena/home",
	"billing":        "billing/home",
	"cloudformation": "cloudformation/home",
	"cloudfront":     "cloudfront/v4/home",
	"cloudshell":     "cloudshell/home",
	"cloudtrail":     "cloudtrailv2/home",
	"cloudwatch":     "cloudwatch/home",
	"codecommit":     "codesuite/codecommit/repositories",
	"costs":          "cost-management/home",
	"dynamodb":       "dynamodbv2/home",
	"ec2":            "ec2/home",
	"ecr":            "ecr/repositories",
	"ecs":            "ecs/v2/clusters",
	"eks":            "eks/clusters",
	"home":           "console/home",
	"iam":            "iam/home",
	"kms":            "kms/home",
	"lambda":         "lambda/home",
	"logs":           "cloudwatch/home#logsV2:log-groups",
	"organizations":  "organizations/v2/home",
	"rds":            "rds/home",
	"route53":        "route53/v2/home",
	"s3":             "s3/home",
	"secrets":        "secretsmanager/listsecrets",
	"sns":            "sns/v3/home",
	"sqs":            "sqs/v3/home",
	"ssm":            "systems-manager/home",
	"support":        "support/home",
	"vpc":            "vpcconsole/home",
}

// PageNames returns the names of the pages that [Site.Page] knows, sorted.
func PageNames() []string {
	var names []string
	for name := range pages {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// IsPage reports whether a word is certainly meant as a page: it is in the table, or has
// a slash, as paths and URLs have.
func IsPage(word string) bool {
	_, known := pages[word]
	return known || strings.Contains(word, "/")
}

// Page returns the URL of a page of the console: by its name in the table, by its path,
// with /home behind a path of one word, or by its whole URL, which has to be one of this
// console's. Empty is the console's home. The region is added to what says none; empty
// leaves it to the console.
func (s Site) Page(page, region string) (string, error) {
	if strings.Contains(page, "://") {
		return s.checkURL(page)
	}
	path, known := pages[page]
	switch {
	case page == "":
		path = pages["home"]
	case !known && !strings.ContainsAny(page, "/?#"):
		path = page + "/home"
	case !known:
		path = page
	}
	u, err := url.Parse("https://" + s.Console + "/" + strings.TrimLeft(path, `/\`))
	if err != nil {
		return "", fmt.Errorf("%q is no page: %w", page, errors.Unwrap(err))
	}
	if query := u.Query(); region != "" && !query.Has("region") {
		query.Set("region", region)
		u.RawQuery = query.Encode()
	}
	return u.String(), nil
}

// checkURL refuses a URL that leads anywhere else than to this console: whoever made
// the link would get a browser that is signed in.
func (s Site) checkURL(page string) (string, error) {
	u, err := url.Parse(page)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "":
		return "", errors.New("the URL of a page begins with https://")
	case u.User != nil || u.Port() != "":
		return "", errors.New("the URL of a page has no user and no port in it")
	case s.has(u.Hostname()):
		return u.String(), nil
	}
	for _, other := range sites {
		if other.has(u.Hostname()) {
			return "", fmt.Errorf("%s is the console of another partition (%s); the role's is %s", u.Hostname(), other.Partition, s.Console)
		}
	}
	return "", fmt.Errorf("%s is not a host of the console (they end with %s)", u.Hostname(), s.Console)
}
