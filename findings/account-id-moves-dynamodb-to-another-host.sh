#!/usr/bin/env bash
# A good guess: AccountId in the answer of a credential_process tells programs the account,
# for messages and logs; requests go where they went without it.
# What happens: with it, DynamoDB's clients send their requests to another host: not
# dynamodb.REGION.amazonaws.com, but ACCOUNT.ddb.REGION.amazonaws.com. That is the standard
# setting of current SDKs (account_id_endpoint_mode = preferred).
# Seen with @aws-sdk/client-dynamodb 3.1169.0 and aws-sdk-go-v2/service/dynamodb 1.74.0 on
# 2026-11-27: with it "123456789012.ddb.eu-west-1.amazonaws.com" from both, without it
# "dynamodb.eu-west-1.amazonaws.com".
# Why it matters here: a proxy or a firewall that lets only known names through stops the
# second host, and the helper that added a line to its answer is the last thing that one
# suspects. awsbroker gives AccountId; docs/faq.md says how to turn that host off.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
cat >go.mod <<'MOD'
module finding
go 1.26.0
require (
	github.com/aws/aws-sdk-go-v2/config v1.33.18
	github.com/aws/aws-sdk-go-v2/service/dynamodb v1.74.0
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type nowhere struct{}

func (nowhere) RoundTrip(r *http.Request) (*http.Response, error) {
	fmt.Println("Go", r.URL.Host)
	return nil, errors.New("not sent")
}

func main() {
	c, err := config.LoadDefaultConfig(context.Background(), config.WithRetryMaxAttempts(1),
		config.WithHTTPClient(&http.Client{Transport: nowhere{}}))
	if err != nil {
		panic(err)
	}
	_, _ = dynamodb.NewFromConfig(c).ListTables(context.Background(), nil)
}
GO
go mod tidy >/dev/null 2>&1
go build -o golang .
npm install --silent --no-audit --no-fund @aws-sdk/client-dynamodb@3.1169.0 >/dev/null 2>&1
cat >who.mjs <<'JS'
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
const requestHandler = { handle: async (request) => { console.log("JavaScript", request.hostname); throw new Error("not sent"); } };
await new DynamoDBClient({ maxAttempts: 1, requestHandler }).send(new ListTablesCommand({})).catch(() => {});
JS
export HOME=$dir AWS_REGION=eu-west-1 AWS_PROFILE=p AWS_EC2_METADATA_DISABLED=true
mkdir .aws
printf '[profile p]\ncredential_process = %s/process\n' "$dir" >.aws/config
hosts() {
	printf '#!/bin/sh\necho '\''{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t"%s}'\''\n' "$1" >process
	chmod +x process
	./golang
	node who.mjs 2>/dev/null
}
with=$(hosts ',"AccountId":"123456789012"')
without=$(hosts '')
off=$(AWS_ACCOUNT_ID_ENDPOINT_MODE=disabled hosts ',"AccountId":"123456789012"')
printf '%s\n' "$with" "$without" "$off"
[ "$with" = "Go 123456789012.ddb.eu-west-1.amazonaws.com
JavaScript 123456789012.ddb.eu-west-1.amazonaws.com" ]
[ "$without" = "Go dynamodb.eu-west-1.amazonaws.com
JavaScript dynamodb.eu-west-1.amazonaws.com" ]
[ "$off" = "$without" ]
