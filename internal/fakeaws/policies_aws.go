package fakeaws

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

// awsManagedPolicies are those of AWS's own policies that this package knows.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
func awsManagedPolicies(partition string) map[string]*managedPolicy {
	all := map[string]*managedPolicy{}
	for name, text := range map[string]string{
		"AdministratorAccess":          administratorAccess,
		"job-function/Billing":         billing,
		"job-function/ViewOnlyAccess":  viewOnly,
		"IAMUserChangePassword":        changePassword,
		"PowerUserAccess":              powerUser,
		"ReadOnlyAccess":               readOnly,
		"SignInLocalDevelopmentAccess": signIn,
	} {
		doc, err := policy.Parse(text, policy.Identity, nil)
		if err != nil {
			panic("fakeaws: " + name + ": " + err.Error()) // they are constants
		}
		made := time.Date(2015, 2, 6, 18, 39, 46, 0, time.UTC)
		all["arn:"+partition+":iam::aws:policy/"+name] = newManagedPolicy(name, doc, made)
	}
	return all
}

const administratorAccess = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// billing is a part of the real one, which lists some hundred actions.
const billing = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` +
	`"account:GetAccountInformation","aws-portal:*Billing","aws-portal:*PaymentMethods","aws-portal:*Usage",` +
	`"billing:*","budgets:*","ce:*","consolidatedbilling:*","cur:*","freetier:*","invoicing:*","payments:*","tax:*"` +
	`],"Resource":"*"}]}`

const changePassword = `{"Version":"2012-10-17","Statement":[` +
	`{"Effect":"Allow","Action":["iam:ChangePassword"],"Resource":["arn:*:iam::*:user/${aws:username}"]},` +
	`{"Effect":"Allow","Action":["iam:GetAccountPasswordPolicy"],"Resource":"*"}]}`

const powerUser = `{"Version":"2012-10-17","Statement":[` +
	`{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},` +
	`{"Effect":"Allow","Action":["account:GetAccountInformation","account:GetGovCloudAccountInformation","account:GetPrimaryEmail","account:ListRegions",` +
	`"iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeOrganization"],"Resource":"*"}]}`

const signIn = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["signin:AuthorizeOAuth2Access","signin:CreateOAuth2Token"],` +
	`"Resource":"arn:aws:signin:*:*:oauth2/public-client/*"}]}`

// readOnly is a part of the real one, which lists actions of all services, and no sts
// but these.
const readOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` +
	`"codecommit:BatchGet*","codecommit:Describe*","codecommit:Get*","codecommit:GitPull","codecommit:List*",` +
	`"ec2:Describe*","ec2:Get*","ec2:List*","ec2:SearchLocalGatewayRoutes",` +
	`"iam:GenerateCredentialReport","iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:Simulate*",` +
	`"s3:DescribeJob","s3:Get*","s3:List*","ssm:Describe*","ssm:Get*","ssm:List*",` +
	`"sts:GetAccessKeyInfo","sts:GetCallerIdentity","sts:GetSessionToken"` +
	`],"Resource":"*"}]}`

// viewOnly is a part of the real one, which lets nobody read what is stored.
const viewOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` +
	`"codecommit:List*","ec2:DescribeInstances","ec2:DescribeRegions","ec2:DescribeVpcs",` +
	`"iam:GetAccountSummary","iam:GetLoginProfile","iam:ListAccessKeys","iam:ListAccountAliases","iam:ListAttachedRolePolicies",` +
	`"iam:ListGroups","iam:ListPolicies","iam:ListRoles","iam:ListUsers",` +
	`"s3:ListAllMyBuckets","s3:ListBucket","ssm:ListAssociations"` +
	`],"Resource":"*"}]}`
