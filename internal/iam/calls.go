package iam

import (
	"context"
	"fmt"
	"strings"

	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// call is an operation of IAM's API, as a method of the SDK's client. In and Out
// are pointers, as are those of the functions below: code for all pointers is one.
type call[In, Out any] func(context.Context, In, ...func(*awsiam.Options)) (Out, error)

// change makes a request that can be repeated without harm and whose answer
// says nothing.
func change[In, Out any](ctx context.Context, do call[In, Out], in In) error {
	_, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (Out, error) { return do(ctx, in) })
	return err
}

// one makes a request whose answer holds one thing: part takes the thing out of
// the answer, and of makes ours of it. The request is sent as how says. An answer
// without the thing is Garbled.
func one[In, Out any, Theirs comparable, Ours any](ctx context.Context, how awsapi.Sending, do call[In, Out], in In, part func(Out) Theirs, of func(Theirs) Ours) (Ours, error) {
	var none Ours
	out, err := awsapi.Send(ctx, how, func(ctx context.Context) (Out, error) { return do(ctx, in) })
	if err != nil {
		return none, err
	}
	var nothing Theirs
	thing := part(out)
	if thing == nothing {
		return none, incomplete(strings.TrimPrefix(fmt.Sprintf("%T", none), "iam."))
	}
	return of(thing), nil
}

// incomplete is the error of an answer without what was asked for.
func incomplete(what string) error {
	return &awsapi.Error{Reason: awsapi.Garbled, Sent: true, Message: "the answer holds no " + what}
}

// pager is one of the SDK's paginators.
type pager[Out any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*awsiam.Options)) (Out, error)
}

// mostPages is twice as many as the longest list has, of 10,000 roles with a hundred a
// page. What answers without an end is not AWS.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const mostPages = 200

func endless() error {
	return &awsapi.Error{Reason: awsapi.Garbled, Sent: true, Message: fmt.Sprintf("the list has no end after %d pages", mostPages)}
}

// eachPage hands all pages of a list to read. A page that failed is asked for
// again: a paginator goes on only from one that came.
func eachPage[Out any](ctx context.Context, from pager[Out], read func(Out)) error {
	for pages := 0; from.HasMorePages(); pages++ {
		if pages == mostPages {
			return endless()
		}
		out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (Out, error) { return from.NextPage(ctx) })
		if err != nil {
			return err
		}
		read(out)
	}
	return nil
}

// list reads all pages of a list: part takes the things out of a page, and of
// makes ours of each.
func list[Out, Theirs, Ours any](ctx context.Context, from pager[Out], part func(Out) []Theirs, of func(*Theirs) Ours) (all []Ours, err error) {
	err = eachPage(ctx, from, func(out Out) {
		things := part(out)
		for i := range things {
			all = append(all, of(&things[i]))
		}
	})
	return all, err
}
