package main

// libraries are tried by a script of a few lines each.
func libraries() []*tool {
	all := []*tool{
		{
			name: "Amazon::S3 (Perl)", from: debian("libamazon-s3-perl"),
			note: "the script passes the three variables itself",
		},
		{name: "async-aws (PHP)", from: debian("php-async-aws-core", "php-cli", "php-xml")},
		{name: "aws-crt (JavaScript)", from: npm("1.33.2", "aws-crt")},
		{name: "aws-lite (JavaScript)", from: npm("0.23.7", "@aws-lite/client")},
		{name: "aws-sdk v2 (JavaScript)", from: npm("2.1693.0", "aws-sdk"), note: "`AWS_PROFILE` needs `AWS_SDK_LOAD_CONFIG=1`; `exec` sets it"},
		{name: "aws-sdk v3 (JavaScript)", from: npm("3.1175.0", "@aws-sdk/client-s3")},
		{name: "aws-sdk-s3 (Ruby)", from: debian("ruby-aws-sdk-s3"), often: true},
		{name: "boto 2 (Python)", from: debian("python3-boto"), often: true},
		{name: "boto3 (Python)", from: debian("python3-boto3"), often: true},
		{name: "lancedb (JavaScript)", from: npm("0.39.0", "@lancedb/lancedb")},
		{
			name: "minio (JavaScript)", from: npm("8.0.7", "minio"),
			note: "for `exec` the script passes the three variables itself",
		},
		{name: "Net::Amazon::S3 (Perl)", from: debian("libnet-amazon-s3-perl"), note: "the script passes the three variables itself"},
		{name: "opendal (JavaScript)", from: npm("0.49.1", "opendal")},
		{name: "polars (JavaScript)", from: npm("0.26.1", "nodejs-polars", "nodejs-polars-linux-x64-gnu")},
	}
	for _, x := range all {
		s := scripts[x.name]
		x.setup, x.act = script(s.interpreter, s.file, s.text)
	}
	return all
}

// scripts of the libraries, each with two requests where one client can make them.
var scripts = map[string]struct{ interpreter, file, text string }{
	"Amazon::S3 (Perl)": {"perl", "list.pl", `use Amazon::S3;
my $s3 = Amazon::S3->new({aws_access_key_id => $ENV{AWS_ACCESS_KEY_ID}, aws_secret_access_key => $ENV{AWS_SECRET_ACCESS_KEY},
  token => $ENV{AWS_SESSION_TOKEN}, host => $ENV{HOST}, secure => 0, dns_bucket_names => 0, region => "eu-central-1"});
for (1, 2) { $s3->bucket("bucket")->list or die $s3->err . ": " . $s3->errstr }`},
	"async-aws (PHP)": {"php", "who.php", `<?php
require "AsyncAws/Core/autoload.php";
$sts = new AsyncAws\Core\Sts\StsClient(["endpoint" => getenv("URL"), "region" => "eu-central-1"]);
for ($i = 0; $i < 2; $i++) { echo $sts->getCallerIdentity()->getArn(), "\n"; }`},
	"aws-crt (JavaScript)": {"node", "who.js", `const { auth, http } = require("aws-crt");
const client = require("http");
const provider = auth.AwsCredentialsProvider.newDefault();
const call = async () => {
  const request = new http.HttpRequest("GET", "/bucket?list-type=2", new http.HttpHeaders([["host", process.env.HOST]]));
  await auth.aws_sign_request(request, {algorithm: auth.AwsSigningAlgorithm.SigV4, signature_type: auth.AwsSignatureType.HttpRequestViaHeaders,
    provider, region: "eu-central-1", service: "s3", signed_body_header: auth.AwsSignedBodyHeaderType.XAmzContentSha256, use_double_uri_encode: false});
  const headers = {};
  for (const [name, value] of request.headers) headers[name] = value;
  const status = await new Promise((done, fail) => client.get(process.env.URL + "/bucket?list-type=2", {headers}, r => { r.resume(); r.on("end", () => done(r.statusCode)); }).on("error", fail));
  if (status != 200) throw new Error("HTTP " + status);
};
call().then(call).then(() => process.exit(0), e => { console.error(e.message); process.exit(1); });`},
	"aws-lite (JavaScript)": {"node", "who.js", `(async () => {
  const awsLite = require("@aws-lite/client");
  const aws = await awsLite({region: "eu-central-1", endpoint: process.env.URL, autoloadPlugins: false});
  for (let i = 0; i < 2; i++) await aws({service: "s3", path: "/bucket", query: {"list-type": "2"}, headers: {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}});
})().catch(e => { console.error(e.message); process.exit(1); });`},
	"aws-sdk v2 (JavaScript)": {"node", "list.js", `process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const AWS = require("aws-sdk");
const s3 = new AWS.S3({endpoint: process.env.URL, s3ForcePathStyle: true, region: "eu-central-1", maxRetries: 0});
const list = () => s3.listObjectsV2({Bucket: "bucket"}).promise();
list().then(list).catch(e => { console.error(e.message); process.exit(1); });`},
	"aws-sdk v3 (JavaScript)": {"node", "list.js", `process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
const { S3Client, ListObjectsV2Command } = require("@aws-sdk/client-s3");
const s3 = new S3Client({endpoint: process.env.URL, forcePathStyle: true, region: "eu-central-1"});
const list = () => s3.send(new ListObjectsV2Command({Bucket: "bucket"}));
list().then(list).catch(e => { console.error(e.message); process.exit(1); });`},
	"aws-sdk-s3 (Ruby)": {"ruby", "list.rb", `require "aws-sdk-s3"
s3 = Aws::S3::Client.new(endpoint: ENV["URL"], force_path_style: true, region: "eu-central-1")
2.times { s3.list_objects_v2(bucket: "bucket") }`},
	"boto 2 (Python)": {"/usr/bin/python3 -W ignore", "list2.py", `import os
os.environ["S3_USE_SIGV4"] = "True"
import boto
from boto.s3.connection import OrdinaryCallingFormat
s3 = boto.connect_s3(host="127.0.0.1", port=int(os.environ["PORT"]), is_secure=False, calling_format=OrdinaryCallingFormat())
s3._auth_handler.region_name = "eu-central-1"
for i in range(2):
    s3.get_bucket("bucket", validate=False).get_all_keys()`},
	"boto3 (Python)": {"/usr/bin/python3", "list3.py", `import os, boto3
s3 = boto3.client("s3", endpoint_url=os.environ["URL"], region_name="eu-central-1")
for i in range(2):
    s3.list_objects_v2(Bucket="bucket")`},
	"lancedb (JavaScript)": {"node", "list.js", `const lancedb = require("@lancedb/lancedb");
const list = async () => (await lancedb.connect("s3://bucket/db", {storageOptions: {endpoint: process.env.URL, region: "eu-central-1", allowHttp: "true", virtualHostedStyleRequest: "false"}})).tableNames();
list().then(list).then(() => process.exit(0), e => { console.error(e.message); process.exit(1); });`},
	"minio (JavaScript)": {"node", "list.js", `const minio = require("minio");
const e = process.env;
const more = e.AWS_ACCESS_KEY_ID ? {accessKey: e.AWS_ACCESS_KEY_ID, secretKey: e.AWS_SECRET_ACCESS_KEY, sessionToken: e.AWS_SESSION_TOKEN}
  : {credentialsProvider: new minio.IamAwsProvider({})};
const client = new minio.Client({endPoint: "127.0.0.1", port: Number(e.PORT), useSSL: false, region: "eu-central-1", ...more});
client.bucketExists("bucket").then(() => client.bucketExists("bucket")).then(() => process.exit(0), e => { console.error(e.message); process.exit(1); });`},
	"Net::Amazon::S3 (Perl)": {"perl", "list.pl", `use Net::Amazon::S3;
use Net::Amazon::S3::Vendor::Generic;
my $s3 = Net::Amazon::S3->new(aws_access_key_id => $ENV{AWS_ACCESS_KEY_ID}, aws_secret_access_key => $ENV{AWS_SECRET_ACCESS_KEY},
  aws_session_token => $ENV{AWS_SESSION_TOKEN}, vendor => Net::Amazon::S3::Vendor::Generic->new(host => $ENV{HOST}, use_https => 0,
  use_virtual_host => 0, authorization_method => "Net::Amazon::S3::Signature::V4", default_region => "eu-central-1"));
for (1, 2) { $s3->buckets or die $s3->errstr }`},
	"opendal (JavaScript)": {"node", "list.js", `const { Operator } = require("opendal");
const s3 = new Operator("s3", {bucket: "bucket", endpoint: process.env.URL, region: "eu-central-1"});
s3.write("f", "x").then(() => s3.read("f")).then(() => process.exit(0), e => { console.error(e.message); process.exit(1); });`},
	"polars (JavaScript)": {"node", "scan.js", `const pl = require("nodejs-polars").default;
const scan = () => pl.scanCSV("s3://bucket/data.csv", {cloudOptions: {aws_endpoint_url: process.env.URL, aws_region: "eu-central-1", aws_allow_http: "true", aws_virtual_hosted_style_request: "false"}}).collect();
scan().then(scan).then(() => process.exit(0), e => { console.error(e.message); process.exit(1); });`},
}
