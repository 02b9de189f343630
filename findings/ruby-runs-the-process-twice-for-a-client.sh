#!/usr/bin/env bash
# A good guess: the SDK for Ruby runs a credential_process once when a client is made, and the
# next time shortly before the session ends.
# What happens: it runs it twice for one client, one right after the other, and uses the
# second answer. The request comes after both.
# Seen with ruby-aws-sdk-core 3.168.1 of Debian 12 on 2026-11-27: "client made: runs 2".
# Why it matters here: a helper that waits for a person waits twice, and one that asks each
# time asks twice. awsbroker asks once; the second run is answered from the cache.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset "${!AWS_@}"
apt-get download -qq ruby-aws-sdk-core=3.168.1-2 ruby-aws-sigv4 ruby-aws-partitions ruby-aws-eventstream ruby-jmespath >/dev/null 2>&1
for deb in *.deb; do dpkg-deb -x "$deb" root; done
cat >process <<'SH'
#!/bin/sh
echo run >>"$HOME/runs"
echo '{"Version":1,"AccessKeyId":"RUN'"$(wc -l <"$HOME/runs")"'","SecretAccessKey":"s","SessionToken":"t","Expiration":"2099-01-01T00:00:00Z"}'
SH
chmod +x process
cat >who.rb <<'RB'
require "aws-sdk-core"
client = Aws::STS::Client.new
puts "client made: runs #{File.foreach(ENV["HOME"] + "/runs").count}, signs with #{client.config.credentials.credentials.access_key_id}"
RB
export HOME=$dir AWS_REGION=eu-west-1 AWS_PROFILE=p
mkdir .aws
printf '[profile p]\ncredential_process = %s/process\n' "$dir" >.aws/config
seen=$(ruby $(printf -- '-I %s ' root/usr/share/rubygems-integration/all/gems/*/lib root/usr/lib/ruby/vendor_ruby) who.rb 2>/dev/null)
echo "$seen"
[ "$seen" = "client made: runs 2, signs with RUN2" ]
