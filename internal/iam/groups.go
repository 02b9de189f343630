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

func groupOf(g types.Group) Group {
	return Group{Name: aws.ToString(g.GroupName), Path: aws.ToString(g.Path), ARN: aws.ToString(g.Arn), Created: aws.ToTime(g.CreateDate).UTC()}
}

// Group reads a group and its members. Reason NotThere: there is none of that
// name.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html
func (c *Client) Group(ctx context.Context, name string) (g Group, members []User, err error) {
	err = pages(ctx, func(ctx context.Context, marker *string) (*awsiam.GetGroupOutput, error) {
		return c.api.GetGroup(ctx, &awsiam.GetGroupInput{GroupName: aws.String(name), Marker: marker})
	}, func(out *awsiam.GetGroupOutput) *string {
		if out.Group != nil {
			g = groupOf(*out.Group)
		}
		for _, u := range out.Users {
			members = append(members, userOf(u))
		}
		return next(out.IsTruncated, out.Marker)
	})
	return g, members, err
}

// Groups lists all groups of the account.
func (c *Client) Groups(ctx context.Context) (all []Group, err error) {
	err = pages(ctx, func(ctx context.Context, marker *string) (*awsiam.ListGroupsOutput, error) {
		return c.api.ListGroups(ctx, &awsiam.ListGroupsInput{Marker: marker})
	}, func(out *awsiam.ListGroupsOutput) *string {
		for _, g := range out.Groups {
			all = append(all, groupOf(g))
		}
		return next(out.IsTruncated, out.Marker)
	})
	return all, err
}

// GroupsOf lists the groups that a user is in.
func (c *Client) GroupsOf(ctx context.Context, user string) (all []Group, err error) {
	err = pages(ctx, func(ctx context.Context, marker *string) (*awsiam.ListGroupsForUserOutput, error) {
		return c.api.ListGroupsForUser(ctx, &awsiam.ListGroupsForUserInput{UserName: aws.String(user), Marker: marker})
	}, func(out *awsiam.ListGroupsForUserOutput) *string {
		for _, g := range out.Groups {
			all = append(all, groupOf(g))
		}
		return next(out.IsTruncated, out.Marker)
	})
	return all, err
}

// CreateGroup is sent once, as CreateUser is.
func (c *Client) CreateGroup(ctx context.Context, name string) (Group, error) {
	out, err := awsapi.Send(ctx, awsapi.Once, func(ctx context.Context) (*awsiam.CreateGroupOutput, error) {
		return c.api.CreateGroup(ctx, &awsiam.CreateGroupInput{GroupName: aws.String(name)})
	})
	if err != nil {
		return Group{}, err
	}
	if out.Group == nil {
		return Group{}, incomplete("group")
	}
	return groupOf(*out.Group), nil
}

// DeleteGroup deletes a group without members and policies; else the reason is
// InUse.
func (c *Client) DeleteGroup(ctx context.Context, name string) error {
	return change(ctx, func(ctx context.Context) (*awsiam.DeleteGroupOutput, error) {
		return c.api.DeleteGroup(ctx, &awsiam.DeleteGroupInput{GroupName: aws.String(name)})
	})
}

// AddToGroup makes a user a member of a group; that he is one already is fine.
func (c *Client) AddToGroup(ctx context.Context, group, user string) error {
	return change(ctx, func(ctx context.Context) (*awsiam.AddUserToGroupOutput, error) {
		return c.api.AddUserToGroup(ctx, &awsiam.AddUserToGroupInput{GroupName: aws.String(group), UserName: aws.String(user)})
	})
}

// RemoveFromGroup takes a user out of a group.
func (c *Client) RemoveFromGroup(ctx context.Context, group, user string) error {
	return change(ctx, func(ctx context.Context) (*awsiam.RemoveUserFromGroupOutput, error) {
		return c.api.RemoveUserFromGroup(ctx, &awsiam.RemoveUserFromGroupInput{GroupName: aws.String(group), UserName: aws.String(user)})
	})
}
