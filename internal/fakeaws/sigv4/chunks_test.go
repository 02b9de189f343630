package sigv4

import (
	"net/http"
	"strings"
	"testing"
)

// The example of AWS's page: 66,560 letters in chunks of 64 KiB.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
func TestUnchunk(t *testing.T) {
	const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	s := &Signature{
		Region: "us-east-1", Service: "s3", date: "20130524", terminator: terminator, timestamp: "20130524T000000Z",
		signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
	}
	r := &http.Request{Header: http.Header{"X-Amz-Content-Sha256": {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}}}
	body := "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" + strings.Repeat("a", 65536) + "\r\n" +
		"400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" + strings.Repeat("a", 1024) + "\r\n" +
		"0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
	if plain, err := s.Unchunk(r, []byte(body), secret); err != nil || string(plain) != strings.Repeat("a", 66560) {
		t.Error(len(plain), err)
	}
	for name, spoiled := range map[string]string{
		"another letter":    strings.Replace(body, "\r\na", "\r\nb", 1),
		"another order":     strings.Replace(body, "ad80c730", "ad80c731", 1),
		"no last chunk":     body[:strings.LastIndex(body, "\r\n0;")],
		"no size":           "x" + body,
		"more than is sent": "ffffff" + body,
	} {
		if plain, err := s.Unchunk(r, []byte(spoiled), secret); err == nil {
			t.Errorf("%s: %d bytes", name, len(plain))
		}
	}
	r.Header.Set("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
	if plain, err := s.Unchunk(r, []byte("4\r\nfour\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"), secret); err != nil || string(plain) != "four" {
		t.Errorf("%q %v", plain, err)
	}
}
