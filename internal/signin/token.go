package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
)

// The lengths of a console session that may be asked for.
const (
	ShortestSession = 15 * time.Minute
	LongestSession  = 12 * time.Hour
)

// TokenLife is how long a sign-in token can be used.
const TokenLife = 15 * time.Minute

// Token asks the sign-in service for a token that stands for a session of a role. length
// is that of the console session, which AWS takes only if the role was assumed with an
// access key: 0 asks for none, and the console session ends with the role's. The request
// is a POST, so that the session is in no URL, which proxies and errors show. Errors are
// [*awsapi.Error].
func (s Site) Token(ctx context.Context, e awsapi.Endpoint, creds credential.Credentials, length time.Duration) (credential.Secret, error) {
	e.URL = s.SignIn
	client, err := e.HTTPClient()
	if err != nil {
		return credential.Secret{}, err
	}
	form := url.Values{"Action": {"getSigninToken"}, "Session": {string(sessionJSON(creds))}}
	if length > 0 {
		form.Set("SessionDuration", strconv.Itoa(int(length/time.Second)))
	}
	return awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (credential.Secret, error) {
		return s.post(ctx, client, form)
	})
}

// sessionJSON returns credentials as the sign-in service reads them.
func sessionJSON(creds credential.Credentials) []byte {
	text, _ := json.Marshal(map[string]string{ // three strings always marshal
		"sessionId": creds.AccessKeyID, "sessionKey": creds.SecretAccessKey.Reveal(), "sessionToken": creds.SessionToken.Reveal(),
	})
	return text
}

func (s Site) post(ctx context.Context, client *http.Client, form url.Values) (credential.Secret, error) {
	var none credential.Secret
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.SignIn+"/federation", strings.NewReader(form.Encode()))
	if err != nil {
		return none, errors.New("the address of the sign-in service is no URL")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := client.Do(r)
	if err != nil {
		return none, err // of the network: a *url.Error with an address that has no query
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return none, err
	}
	if answer.StatusCode/100 != 2 {
		return none, refusal(answer)
	}
	var out struct{ SigninToken string }
	if err := json.Unmarshal(bytes.TrimSpace(body), &out); err != nil || out.SigninToken == "" {
		return none, errors.New("the sign-in service answered without a token") // and may hold one
	}
	return credential.NewSecret(out.SigninToken), nil
}

// refusal returns the error for an answer that is no token. The service gives its
// reasons on a page for people, of which nothing is shown.
func refusal(answer *http.Response) error {
	err := fmt.Errorf("HTTP %d", answer.StatusCode)
	if answer.StatusCode/100 == 4 {
		err = &smithy.GenericAPIError{Code: err.Error(), Message: "the sign-in service does not accept the session"}
	}
	return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: answer}, Err: err}
}
