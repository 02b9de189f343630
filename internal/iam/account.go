package iam

import (
	"context"

	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// Summary is what IAM counts in an account. A number that AWS does not give is
// zero.
type Summary struct {
	RootMFA  bool // the root user has an MFA device
	RootKeys bool // the root user has access keys
	RootShut bool // the root user has no password, and cannot sign in
	Users    int
}

// Summary of the account.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
func (c *Client) Summary(ctx context.Context) (Summary, error) {
	out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.GetAccountSummaryOutput, error) {
		return c.api.GetAccountSummary(ctx, &awsiam.GetAccountSummaryInput{})
	})
	if err != nil {
		return Summary{}, err
	}
	n := out.SummaryMap
	password, told := n["AccountPasswordPresent"]
	return Summary{RootShut: told && password == 0, RootMFA: n["AccountMFAEnabled"] > 0, RootKeys: n["AccountAccessKeysPresent"] > 0, Users: int(n["Users"])}, nil
}

// Aliases of the account: one, or none.
func (c *Client) Aliases(ctx context.Context) (all []string, err error) {
	err = eachPage(ctx, awsiam.NewListAccountAliasesPaginator(c.api, &awsiam.ListAccountAliasesInput{}), func(out *awsiam.ListAccountAliasesOutput) {
		all = append(all, out.AccountAliases...)
	})
	return all, err
}
