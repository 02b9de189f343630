package sigv4

import (
	"bytes"
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"
)

// streaming is how a body begins to be declared that comes in chunks.
const streaming = "STREAMING-"

// Unchunk returns the body without the frames of its chunks, once the signature of each was
// verified; a body without chunks as it is. Call it after [Signature.Verify].
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
func (s *Signature) Unchunk(r *http.Request, body []byte, secret string) ([]byte, *Error) {
	declared := r.Header.Get("X-Amz-Content-Sha256")
	if s.Service != "s3" || !strings.HasPrefix(declared, streaming) {
		return body, nil
	}
	signed := strings.HasPrefix(declared, streaming+algorithm)
	var plain []byte
	before := s.signature
	for {
		frame, rest, found := bytes.Cut(body, []byte("\r\n"))
		size, extension, _ := strings.Cut(string(frame), ";")
		n, err := strconv.ParseUint(size, 16, 31)
		if !found || err != nil || uint64(len(rest)) < n {
			return nil, wrong("The request body is not in chunks as x-amz-content-sha256 says.")
		}
		chunk := rest[:n]
		if signed {
			want := sign(secret, s.date, s.Region, s.Service, s.chunkToSign("PAYLOAD", before, Hash(nil)+"\n"+Hash(chunk)))
			if subtle.ConstantTimeCompare([]byte("chunk-signature="+want), []byte(extension)) != 1 {
				return nil, wrong("The chunk signature we calculated does not match the signature you provided.")
			}
			before = want
		}
		plain = append(plain, chunk...)
		if n == 0 {
			return plain, s.checkTrailer(signed, rest, before, secret)
		}
		body = bytes.TrimPrefix(rest[n:], []byte("\r\n"))
	}
}

func (s *Signature) chunkToSign(kind, before, hashes string) string {
	return strings.Join([]string{algorithm + "-" + kind, s.timestamp, s.scope(), before, hashes}, "\n")
}

// checkTrailer verifies the signature of the headers behind the last chunk, if there are any.
func (s *Signature) checkTrailer(signed bool, trailer []byte, before, secret string) *Error {
	var headers, signature string
	for line := range strings.SplitSeq(strings.TrimSpace(string(trailer)), "\r\n") {
		if value, is := strings.CutPrefix(line, "x-amz-trailer-signature:"); is {
			signature = value
		} else if line != "" {
			headers += strings.TrimSuffix(line, "\n") + "\n"
		}
	}
	if !signed || headers == "" {
		return nil
	}
	want := sign(secret, s.date, s.Region, s.Service, s.chunkToSign("TRAILER", before, Hash([]byte(headers))))
	if subtle.ConstantTimeCompare([]byte(want), []byte(signature)) != 1 {
		return wrong("The trailer signature we calculated does not match the signature you provided.")
	}
	return nil
}
