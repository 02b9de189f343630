package iam

import (
	"context"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// pages reads all pages of a list. request makes one request, from a marker
// on; read takes what is in the answer and where the next page begins, nil
// after the last one.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html#API_ListUsers_RequestParameters
func pages[Answer any](ctx context.Context, request func(ctx context.Context, marker *string) (Answer, error), read func(Answer) (next *string)) error {
	var marker *string
	for {
		out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (Answer, error) { return request(ctx, marker) })
		if err != nil {
			return err
		}
		if marker = read(out); marker == nil {
			return nil
		}
	}
}

// next is the marker of the next page, nil after the last.
func next(truncated bool, marker *string) *string {
	if !truncated || marker == nil || *marker == "" {
		return nil
	}
	return marker
}

// change makes a request that can be repeated without harm and whose answer
// says nothing.
func change[Answer any](ctx context.Context, request func(context.Context) (Answer, error)) error {
	_, err := awsapi.Send(ctx, awsapi.Repeatable, request)
	return err
}
