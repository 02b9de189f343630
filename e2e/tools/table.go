package main

import "strings"

// tool is a program, how it is had, and its smallest act that needs a session. Scripts know
// $URL (of the faked AWS), $HOST and $PORT of it, and $TLS_PORT, where it speaks HTTPS.
type tool struct {
	name   string
	client string // the program, as exec knows it; "" for a library
	from   origin
	setup  string // what a shell does before, without a session
	act    string // one command
	after  string // what a shell does then
	other  string // another way; in place of "RUN awsbroker exec …"
	note   string // of the page: what is to be known, or why there is no way
	often  bool   // among those that CI tries
}

// act of a library: a script in its language.
func script(interpreter, name, text string) (setup, act string) {
	return "cat >" + name + " <<'END'\n" + text + "\nEND\n", interpreter + " " + name
}

var tools = append(programs, libraries()...)

var programs = []*tool{
	{
		name: "ansible (amazon.aws)", client: "ansible", from: debian("ansible"),
		setup: "export ANSIBLE_HOME=$HOME/.ansible ANSIBLE_LOCAL_TEMP=$HOME/tmp ANSIBLE_REMOTE_TEMP=$HOME/tmp",
		act:   `ansible localhost -m amazon.aws.aws_caller_info -a "endpoint_url=$URL"`,
	},
	{
		name: "aws", client: "aws", from: debian("awscli"), often: true,
		act: "aws --endpoint-url $URL s3 sync d s3://bucket/d",
	},
	{
		name: "aws-iam-authenticator", client: "aws-iam-authenticator",
		from:  golang("sigs.k8s.io/aws-iam-authenticator", "v0.7.18", "sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator"),
		setup: "export AWS_ENDPOINT_URL_STS=$URL",
		act:   "aws-iam-authenticator token -i cluster -r arn:aws:iam::123456789012:role/cluster",
	},
	{
		name: "barman-cloud", client: "barman-cloud-wal-archive", from: debian("barman-cli-cloud", "python3-boto3"),
		setup: "mkdir wal; echo x >wal/000000010000000000000001",
		act:   "barman-cloud-wal-archive --endpoint-url $URL s3://bucket/barman main wal/000000010000000000000001",
	},
	{
		name: "cdk", client: "cdk", from: npm("2.1148.1", "aws-cdk"),
		setup: `export AWS_ENDPOINT_URL_STS=$URL CDK_HOME=$HOME/.cdk
mkdir app && cd app
echo '{"app": "node app.js"}' >cdk.json
cat >app.js <<'END'
const fs = require("fs");
if (!process.env.CDK_DEFAULT_ACCOUNT) process.exit(3);
fs.writeFileSync(process.env.CDK_OUTDIR + "/manifest.json", JSON.stringify({version: "36.0.0", artifacts: {
  app: {type: "aws:cloudformation:stack", environment: "aws://unknown-account/unknown-region", properties: {templateFile: "app.json"}}}}));
fs.writeFileSync(process.env.CDK_OUTDIR + "/app.json", "{}");
END`,
		act: "cdk ls --no-notices --no-version-reporting",
	},
	{
		name: "chamber", client: "chamber", from: golang("github.com/segmentio/chamber/v3", "v3.1.4", "github.com/segmentio/chamber/v3"),
		setup: "export AWS_ENDPOINT_URL=$URL CHAMBER_SECRET_BACKEND=S3 CHAMBER_S3_BUCKET=bucket",
		act:   "chamber list app",
	},
	{
		name: "docker-credential-ecr-login", client: "docker-credential-ecr-login",
		from:  golang("github.com/awslabs/amazon-ecr-credential-helper/ecr-login", "v0.12.0", "github.com/awslabs/amazon-ecr-credential-helper/ecr-login/cli/docker-credential-ecr-login"),
		setup: "export AWS_ENDPOINT_URL_ECR=$URL\necho 123456789012.dkr.ecr.eu-central-1.amazonaws.com >registry",
		act:   "docker-credential-ecr-login get <registry",
	},
	{
		name: "duplicity", client: "duplicity", from: debian("duplicity", "python3-boto3"), often: true,
		setup: "export PASSPHRASE=x\ntrap 'gpgconf --kill gpg-agent' EXIT",
		act:   "duplicity --s3-endpoint-url=$URL --s3-use-new-style d boto3+s3://bucket/backup",
	},
	{
		name: "gdal (ogrinfo)", client: "ogrinfo", from: debian("gdal-bin"),
		setup: "export AWS_S3_ENDPOINT=$HOST AWS_HTTPS=NO AWS_VIRTUAL_HOSTING=FALSE AWS_REGION=eu-central-1",
		act:   "ogrinfo -ro /vsis3/bucket/data.csv",
	},
	{
		name: "git-annex", client: "git-annex", from: debian("git-annex"), often: true,
		setup: `export http_proxy=$URL
git init -q
git config user.email phoebe@example.com
git config user.name phoebe
git config annex.security.allowed-ip-addresses all
git-annex init -q`,
		act: "git-annex initremote s3 type=S3 encryption=none bucket=bucket host=s3.eu-central-1.amazonaws.com protocol=http requeststyle=path signature=v4",
	},
	{
		name: "juicefs", client: "juicefs", from: golang("github.com/juicedata/juicefs", "v1.4.1", "github.com/juicedata/juicefs", juicefsLite...),
		act: "juicefs sync --no-https d/ s3://$HOST/bucket/d/",
	},
	{
		name: "kopia", client: "kopia", from: golang("github.com/kopia/kopia", "v0.23.1", "github.com/kopia/kopia"),
		setup: "export KOPIA_PASSWORD=x KOPIA_CHECK_FOR_UPDATES=false",
		act:   "kopia repository create s3 --bucket=bucket --endpoint=$HOST --disable-tls --region=eu-central-1 --prefix=kopia/",
	},
	{
		name: "litestream", client: "litestream", from: golang("github.com/benbjohnson/litestream", "v0.5.18", "github.com/benbjohnson/litestream/cmd/litestream"),
		setup: `python3 -c 'import sqlite3; c = sqlite3.connect("app.db"); c.execute("create table t (a)"); c.commit()'
cat >litestream.yml <<END
dbs:
  - path: app.db
    replica: {type: s3, bucket: bucket, path: db, endpoint: $URL, region: eu-central-1, force-path-style: true}
END`,
		act: "litestream replicate -config litestream.yml -once",
	},
	{
		name: "mc", client: "mc", from: golang("github.com/minio/mc", "v0.0.0-20250313080218-cf909e1063a9", "github.com/minio/mc"),
		act:   "mc cp f admin/bucket/f",
		other: `eval "$(awsbroker export admin --format mc | sed "s,https://\(.*\)@.*,http://\1@$HOST',")"`,
		note:  "takes an alias that it does not know for a directory, and ends with 0",
	},
	{
		name: "opentofu", client: "tofu", from: golang("github.com/opentofu/opentofu", "v1.12.6", "github.com/opentofu/opentofu/cmd/tofu"),
		setup: s3Backend,
		act:   "tofu init -input=false",
	},
	{
		name: "pgbackrest", client: "pgbackrest", from: debian("pgbackrest"), often: true,
		setup: `mkdir log
export PGBACKREST_CONFIG=/dev/null PGBACKREST_LOG_PATH=$HOME/log PGBACKREST_STANZA=main PGBACKREST_REPO1_TYPE=s3 PGBACKREST_REPO1_S3_BUCKET=bucket \
  PGBACKREST_REPO1_S3_ENDPOINT=s3.eu-central-1.amazonaws.com PGBACKREST_REPO1_S3_REGION=eu-central-1 PGBACKREST_REPO1_S3_URI_STYLE=path \
  PGBACKREST_REPO1_STORAGE_HOST=127.0.0.1 PGBACKREST_REPO1_STORAGE_PORT=$TLS_PORT PGBACKREST_REPO1_STORAGE_VERIFY_TLS=n`,
		act:   "pgbackrest repo-ls",
		other: `eval "$(awsbroker export admin --format pgbackrest)"`,
	},
	{
		name: "rclone", client: "rclone", from: debian("rclone"), often: true,
		act: "rclone --s3-provider=Other --s3-env-auth --s3-region=eu-central-1 --s3-endpoint=$URL copy d :s3:bucket/d",
	},
	{
		name: "rclone (newer)", client: "rclone", from: golang("github.com/rclone/rclone", "v1.76.0", "github.com/rclone/rclone"),
		act: "rclone --s3-provider=Other --s3-env-auth --s3-region=eu-central-1 --s3-endpoint=$URL copy d :s3:bucket/d",
	},
	{
		name: "restic", client: "restic", from: debian("restic"), often: true,
		setup: "export RESTIC_PASSWORD=x",
		act:   "restic -r s3:$URL/bucket/restic init",
	},
	{
		name: "restic (newer)", client: "restic", from: golang("github.com/restic/restic", "v0.19.1", "github.com/restic/restic/cmd/restic"),
		setup: "export RESTIC_PASSWORD=x",
		act:   "restic -r s3:$URL/bucket/restic init",
	},
	{
		name: "s3 (libs3)", client: "s3", from: debian("libs3-2"), often: true,
		setup: "export S3_HOSTNAME=$HOST",
		act:   "s3 -u list bucket",
		other: `eval "$(awsbroker export --profile admin)"; export S3_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID S3_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY`,
	},
	{
		name: "s3cmd", client: "s3cmd", from: debian("s3cmd"), often: true,
		act: "s3cmd --host=$HOST --host-bucket=$HOST --no-ssl put f s3://bucket/f",
	},
	{
		name: "s3fs", client: "s3fs", from: debian("s3fs"),
		setup: "mkdir mnt",
		act:   "s3fs bucket mnt -o url=$URL,use_path_request_style,endpoint=eu-central-1",
		after: "trap 'umount mnt' EXIT\ncp f mnt/f",
	},
	{
		name: "s4cmd", client: "s4cmd", from: debian("s4cmd"), often: true,
		act: "s4cmd --endpoint-url=$URL put f s3://bucket/f",
	},
	{
		name: "s5cmd", client: "s5cmd", from: golang("github.com/peak/s5cmd/v2", "v2.3.0", "github.com/peak/s5cmd/v2"),
		act: "s5cmd --endpoint-url $URL sync d/ s3://bucket/d/",
	},
	{
		name: "samtools", client: "samtools", from: debian("samtools"), often: true,
		setup: "export HTS_S3_HOST=$HOST HTS_S3_ADDRESS_STYLE=path",
		act:   "samtools view -H s3+http://bucket/data.sam",
	},
	{
		name: "sccache", client: "sccache", from: debian("sccache"),
		setup: "export SCCACHE_BUCKET=bucket SCCACHE_ENDPOINT=$HOST SCCACHE_REGION=eu-central-1",
		act:   "sccache --show-stats",
	},
	{
		name: "serverless", client: "serverless", from: npm("3.40.0", "serverless"),
		setup: `export SLS_TELEMETRY_DISABLED=1 SLS_NOTIFICATIONS_MODE=off AWS_ENDPOINT_URL=$URL
mkdir app && cd app
printf 'service: app\nframeworkVersion: "3"\nprovider:\n  name: aws\n  region: eu-central-1\nplugins: [./endpoint.js]\nresources:\n  Outputs:\n    Account: {Value: "${aws:accountId}"}\n' >serverless.yml
cat >endpoint.js <<'END'
const AWS = require(require.resolve("aws-sdk", {paths: [require.main.path]}));
AWS.config.update({sts: {endpoint: process.env.URL}});
module.exports = class {};
END`,
		act: "serverless print",
	},
	{
		name: "sops", client: "sops", from: golang("github.com/getsops/sops/v3", "v3.13.3", "github.com/getsops/sops/v3/cmd/sops"),
		setup: "export AWS_ENDPOINT_URL_KMS=$URL",
		act:   "sops encrypt --kms arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555 --input-type binary f",
	},
	{
		name: "terraform", client: "terraform", from: golang("github.com/hashicorp/terraform", "v1.11.4", "github.com/hashicorp/terraform"),
		setup: s3Backend,
		act:   "terraform init -input=false",
	},
	{
		name: "wal-g", client: "wal-g", from: golang("github.com/wal-g/wal-g", "v1.1.3-rc-with-build.0.20250408092559-6ea13b90a319", "github.com/wal-g/wal-g/main/pg"),
		setup: `ln -s "$(command -v pg)" wal-g
export PATH=$HOME:$PATH WALG_S3_PREFIX=s3://bucket/wal AWS_ENDPOINT=$URL AWS_REGION=eu-central-1 AWS_S3_FORCE_PATH_STYLE=true`,
		act:  "wal-g st put f f",
		note: "this is its release 3.0.7; `AWS_PROFILE` needs `AWS_SDK_LOAD_CONFIG=1`; `exec` sets it",
	},
}

// s3Backend is a configuration whose state is in S3.
const s3Backend = `cat >main.tf <<END
terraform {
  backend "s3" {
    bucket         = "bucket"
    key            = "state"
    region         = "eu-central-1"
    use_path_style = true
    endpoints      = { s3 = "$URL", sts = "$URL" }
  }
}
END`

// juicefsLite leaves out what juicefs calls so: everything but files and S3, without which it
// is built from a third of the modules.
var juicefsLite = strings.Fields("nogateway nowebdav nocos nobos nohdfs noibmcos noobs nooss noqingstor nosftp noswift noazure nogs noufile " +
	"nob2 nonfs nodragonfly nosqlite nomysql nopg notikv nobadger noetcd nocifs nostorj noqiniu notos noks3")
