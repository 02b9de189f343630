package awsapi

import (
	"strings"
	"testing"
)

func TestCheckURL(t *testing.T) {
	for url, ok := range map[string]bool{
		"":                               true,
		"https://sts.example":            true,
		"http://127.0.0.1:4566":          true,
		"http://[::1]:4566":              true,
		"http://localhost":               true,
		"http://sts.example":             false,
		"http://127.0.0.1.evil.test":     false,
		"http://10.0.0.1":                false,
		"ftp://127.0.0.1":                false,
		"sts.example":                    false,
		"https://":                       false,
		"https://me:hunter2@x.test":      false,
		"https://me:hunter2@ x":          false,
		"://":                            false,
		"https://\u0455ts.amazonaws.com": false, // a Cyrillic letter that looks like s
		"https://xn--ts-8tc.example":     true,
	} {
		if err := CheckURL(url); (err == nil) != ok {
			t.Errorf("%q: %v", url, err)
		} else if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows a password: %v", err)
		}
	}
}

func TestIsAWS(t *testing.T) {
	const stsOnly, both = 1, 2
	for url, want := range map[string]int{
		"":                                       both,
		"https://sts.amazonaws.com":              stsOnly,
		"https://STS.eu-central-1.amazonaws.com": stsOnly,
		"https://sts.eu-central-1.amazonaws.com:443/":                     stsOnly,
		"https://sts-fips.us-east-1.amazonaws.com":                        stsOnly,
		"https://sts.us-east-1.api.aws":                                   stsOnly,
		"https://sts-fips.us-west-2.api.aws":                              stsOnly,
		"https://sts.cn-north-1.amazonaws.com.cn":                         stsOnly,
		"https://sts.cn-north-1.api.amazonwebservices.com.cn":             stsOnly,
		"https://sts.us-gov-west-1.amazonaws.com":                         stsOnly,
		"https://sts.eusc-de-east-1.amazonaws.eu":                         stsOnly,
		"https://sts.us-iso-east-1.c2s.ic.gov":                            stsOnly,
		"https://vpce-0a1b2c3d-4e5f.sts.eu-west-1.vpce.amazonaws.com":     stsOnly,
		"https://vpce-0a1b2c3d-4e5f.sts.cn-north-1.vpce.amazonaws.com.cn": stsOnly,
		"https://iam.amazonaws.com":                                       -stsOnly,
		"https://iam.us-gov.amazonaws.com":                                -stsOnly,
		"https://iam.cn-north-1.amazonaws.com.cn":                         -stsOnly,
		"https://iam.global.api.aws":                                      -stsOnly,
		"https://iam-fips.amazonaws.com":                                  -stsOnly,

		"https://amazonaws.com.evil.test":                              0,
		"https://evilamazonaws.com":                                    0,
		"http://sts.amazonaws.com":                                     0,
		"https://sts.amazonaws.com:8443":                               0,
		"https://localhost:4566":                                       0,
		"https://abc123.execute-api.eu-west-1.amazonaws.com":           0,
		"https://sts.execute-api.eu-west-1.amazonaws.com":              0,
		"https://sts.s3.amazonaws.com":                                 0,
		"https://sts.s3-us-west-2.amazonaws.com":                       0,
		"https://sts.s3.us-west-2.amazonaws.com":                       0,
		"https://ec2-192-0-2-1.compute-1.amazonaws.com":                0,
		"https://sts.eu-west-1.elb.amazonaws.com":                      0,
		"https://vpce-0a1b.vpce-svc-0a1b.eu-west-1.vpce.amazonaws.com": 0,
		"https://x.vpce-0a1b.sts.eu-west-1.vpce.amazonaws.com":         0,
		"https://sts.on.aws":                                           0,
		"https://sts.eu-west-1.on.aws":                                 0,
		"https://sts.evil.amazonaws.com":                               0,
		"https://sts.cn-north-1.amazonaws.com":                         0, // in China it is .com.cn
		"https://sts.eu-west-1.amazonaws.com.cn":                       0,
		"https://sts.us-gov-west-1.amazonaws.com.cn":                   0,
		"https://sts.us-iso-east-1.amazonaws.com":                      0,
		"https://sts.us-east-1.c2s.ic.gov":                             0,
		"https://sts.us-isob-east-1.c2s.ic.gov":                        0,
		"https://sts.eusc-de-east-1.amazonaws.com":                     0,
		"https://sts.eu-west-1.amazonaws.eu":                           0,
		"https://sts.cn-north-1.api.aws":                               0,
		"https://sts.global.amazonaws.com":                             0,
		"https://sts.us-gov.amazonaws.com":                             0,
		"https://sts.amazonaws.com.cn":                                 0,
		"https://sts.api.aws":                                          0,
		"https://iam.amazonaws.com.cn":                                 0,
		"https://iam.us-east-1.amazonaws.com":                          0,
		"https://iam.cn-north-1.amazonaws.com":                         0,
		"https://iam.us-gov.amazonaws.com.cn":                          0,
		"https://vpce-0a1b2c3d-4e5f.sts.cn-north-1.vpce.amazonaws.com": 0,
		"https://sts.eu-west-1.amazonaws.com.":                         0,
		"https://sts.a.b.c.amazonaws.com":                              0,
	} {
		e := Endpoint{URL: url}
		wantSTS, wantIAM := want == both || want == stsOnly, want == both || want == -stsOnly
		if got := e.IsAWS("sts"); got != wantSTS {
			t.Errorf("sts at %q: %v", url, got)
		}
		if got := e.IsAWS("iam"); got != wantIAM {
			t.Errorf("iam at %q: %v", url, got)
		}
	}
}
