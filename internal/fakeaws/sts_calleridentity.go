package fakeaws

type callerIdentityXML struct {
	Arn     string
	UserID  string `xml:"UserId"`
	Account string
}

// getCallerIdentity needs no permission and cannot be denied.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func getCallerIdentity(x *exchange, who *caller) (any, *apiError) {
	if err := x.params.check(); err != nil {
		return nil, err
	}
	return callerIdentityXML{who.arn(), who.userID(), who.account.ID}, nil
}
