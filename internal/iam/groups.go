package iam

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// Group is a group of users.
type Group struct {
	Name    string
	Path    string
	ARN     string
	Created time.Time // UTC
}

func groupOf(g *types.Group) Group {
	return Group{Name: aws.ToString(g.GroupName), Path: aws.ToString(g.Path), ARN: aws.ToString(g.Arn), Created: aws.ToTime(g.CreateDate).UTC()}
}

// Group reads a group and its members. Reason NotThere: there is none of that
// name.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html
func (c *Client) Group(ctx context.Context, name string) (g Group, members []User, err error) {
	err = eachPage(ctx, awsiam.NewGetGroupPaginator(c.api, &awsiam.GetGroupInput{GroupName: aws.String(name)}), func(out *awsiam.GetGroupOutput) {
		if out.Group != nil {
			g = groupOf(out.Group)
		}
		for i := range out.Users {
			members = append(members, userOf(&out.Users[i]))
		}
	})
	return g, members, err
}

// Groups lists all groups of the account.
func (c *Client) Groups(ctx context.Context) ([]Group, error) {
	return list(ctx, awsiam.NewListGroupsPaginator(c.api, &awsiam.ListGroupsInput{}),
		func(out *awsiam.ListGroupsOutput) []types.Group { return out.Groups }, groupOf)
}

// GroupsOf lists the groups that a user is in.
func (c *Client) GroupsOf(ctx context.Context, user string) ([]Group, error) {
	return list(ctx, awsiam.NewListGroupsForUserPaginator(c.api, &awsiam.ListGroupsForUserInput{UserName: aws.String(user)}),
		func(out *awsiam.ListGroupsForUserOutput) []types.Group { return out.Groups }, groupOf)
}

// CreateGroup is sent once, as CreateUser is.
func (c *Client) CreateGroup(ctx context.Context, name string) (Group, error) {
	return one(ctx, awsapi.Once, c.api.CreateGroup, &awsiam.CreateGroupInput{GroupName: aws.String(name)},
		func(out *awsiam.CreateGroupOutput) *types.Group { return out.Group }, groupOf)
}

// DeleteGroup deletes a group without members and policies; else the reason is
// InUse.
func (c *Client) DeleteGroup(ctx context.Context, name string) error {
	return change(ctx, c.api.DeleteGroup, &awsiam.DeleteGroupInput{GroupName: aws.String(name)})
}

// AddToGroup makes a user a member of a group; that he is one already is fine.
func (c *Client) AddToGroup(ctx context.Context, group, user string) error {
	return change(ctx, c.api.AddUserToGroup, &awsiam.AddUserToGroupInput{GroupName: aws.String(group), UserName: aws.String(user)})
}

// RemoveFromGroup takes a user out of a group.
func (c *Client) RemoveFromGroup(ctx context.Context, group, user string) error {
	return change(ctx, c.api.RemoveUserFromGroup, &awsiam.RemoveUserFromGroupInput{GroupName: aws.String(group), UserName: aws.String(user)})
}
