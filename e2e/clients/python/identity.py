"""Prints the ARN of who it is, as boto3 sees it in the usual places.

The endpoint comes from AWS_ENDPOINT_URL_STS and is passed on in code: older
versions do not know the variable. With --times and --every it asks again and
again with the same client, as a program that runs for long does.
"""

import argparse
import os
import time

import boto3


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", help="profile to name in code; without it the environment decides")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--every", type=float, default=1, help="seconds between two questions")
    args = parser.parse_args()
    session = boto3.Session(profile_name=args.profile)
    client = session.client("sts", endpoint_url=os.environ.get("AWS_ENDPOINT_URL_STS"))
    for i in range(args.times):
        if i > 0:
            time.sleep(args.every)
        print(client.get_caller_identity()["Arn"], flush=True)


main()
