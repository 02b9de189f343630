package config

import (
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/agents"
)

// Profile is what awsbroker needs to know about one profile. Empty and zero
// mean that neither the profile nor, where that counts, its source says.
type Profile struct {
	Name    string
	KeyName string // the keychain entry

	SourceProfile string
	Source        *Profile // SourceProfile resolved, nil where it names a key; when it has a RoleARN this is a role chain

	RoleARN         string
	MFASerial       string
	RoleSessionName string
	ExternalID      string
	Duration        time.Duration // of the role session
	RoleSession
	Narrowed Narrowing // what the command line made less of RoleSession
	Limited  bool      // by policies that a person wrote, or to reading: no policies of a command line's choice count

	Region             string // the profile's own; see ResolveRegion
	Partition          string // of the role, else of the MFA device, else of the region, else "aws"
	EndpointURL        string
	STSEndpointURL     string // from a services section; wins over EndpointURL
	IAMEndpointURL     string
	IgnoreEndpointURLs bool // ignore_configured_endpoint_urls; the URLs above are empty then
	CABundle           string
	UseFIPS            bool
	UseDualStack       bool

	Prompt         string        // ways to ask; see package prompt
	MFAProcess     string        // command that prints a code
	MFASession     time.Duration // life of a GetSessionToken session; 0 = none is made
	MFASeed        string        // "keychain", or empty
	EndpointIsMine string        // host, and port if it has one, of an endpoint_url that may be sent codes of a seed
	MinTTL         time.Duration // see HasMinTTL
	HasMinTTL      bool          // "0" was written, which is not the default
	Confirm        bool          // ask before handing out a cached session
	Agents         agents.Rule   // what coding agents get, if it was written; see agents.Of
	LogOff         bool          // "off" was written: no line in the log for its sessions
	Color          string        // of the profile in a browser, one of Colors, or empty; not the source's

	CredentialProcess string

	// Origins tells where each setting came from, in the order of reading.
	// Key is the name as written, so with the prefix where that won.
	Origins []Origin

	// Problems do not keep the profile from working here; doctor shows them.
	Problems []Problem
}

// Origin is a setting with the place where it is written.
type Origin struct {
	File    string
	Line    int
	Section string // as between the brackets
	Key     string
	Value   string
}

// String is where the setting is and what it is called, without the value:
// "/home/p/.aws/config:12: [profile admin] role_arn". A flag or a variable
// has no file and is just its name.
func (o Origin) String() string {
	if o.File == "" {
		return o.Key
	}
	return fmt.Sprintf("%s:%d: [%s] %s", o.File, o.Line, printable(o.Section), o.Key)
}

// Problem is something about a profile that other tools trip over.
type Problem struct {
	Kind   ProblemKind
	Origin Origin // without the value if that could be a secret
	Text   string
}

// ProblemKind is what sort of a Problem it is.
type ProblemKind int

func (p Problem) String() string {
	return fmt.Sprintf("%s:%d: [%s] %s", p.Origin.File, p.Origin.Line, printable(p.Origin.Section), p.Text)
}

// UnknownSettings returns the problems that are settings of ours which do not exist.
func (p *Profile) UnknownSettings() (unknown []Problem) {
	for _, problem := range p.Problems {
		if problem.Kind == UnknownSetting {
			unknown = append(unknown, problem)
		}
	}
	return unknown
}

// Origin returns where a setting of AWS, such as "role_arn", or one of ours,
// such as "awsbroker_key", came from.
func (p *Profile) Origin(setting string) (Origin, bool) {
	for _, o := range p.Origins {
		if o.Key == setting || o.Key == prefix+setting {
			return o, true
		}
	}
	return Origin{}, false
}

// Life returns how long a new session of the profile lasts, by AWS's defaults where the
// profile says nothing.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
func (p *Profile) Life() time.Duration {
	switch {
	case p.Duration > 0:
		return p.Duration
	case p.RoleARN == "":
		return 12 * time.Hour
	}
	return time.Hour
}

// Chained reports whether the session of another role assumes the profile's.
func (p *Profile) Chained() bool {
	return p.RoleARN != "" && p.Source != nil && p.Source.RoleARN != ""
}

// Root returns the profile at the end of the chain of sources: p itself if it has none.
// Its access key signs the first call.
func (p *Profile) Root() *Profile {
	for p.Source != nil {
		p = p.Source
	}
	return p
}
