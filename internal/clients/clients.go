// Package clients knows programs that use AWS, and by which ways each of them gets a
// session. Each row was seen with the real program (docs/tools.md).
//
// Package early uses it: it may import what that may import.
package clients

// Client is what a program can do. It takes a session from AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, unless Lack says why not.
type Client struct {
	Name      string // of the program; with a * at its end the beginning of several names
	Container bool   // fetches a session from AWS_CONTAINER_CREDENTIALS_FULL_URI
	Again     bool   // fetches it there again before it ends
	Format    string // of awsbroker export, made for the program; empty: it needs none
	Lack      string // why it takes no session from AWS's variables, as words after its name; empty: it takes one
	Note      string // what a person has to know who gives it one, as words after its name
}

// All are the clients, in alphabetical order of their names. Programs that end within
// seconds, such as sops, do not fetch again.
var All = [...]Client{
	{Name: "ansible", Container: true, Again: true},
	{Name: "ansible-playbook", Container: true, Again: true},
	{Name: "aws", Container: true, Again: true},
	{Name: "aws-iam-authenticator", Container: true},
	{Name: "barman-cloud*", Container: true, Again: true},
	{Name: "cdk", Container: true, Again: true},
	{Name: "chamber", Container: true},
	{Name: "docker-credential-ecr-login", Container: true},
	{Name: "duplicity", Container: true, Again: true},
	{Name: "gdal*"},
	{Name: "git-annex"},
	{Name: "htsfile"},
	{Name: "juicefs", Container: true, Again: true},
	{Name: "kopia", Note: "keeps the session in its own file, and uses it after its end: connect again with each session"},
	{Name: "litestream", Container: true, Again: true},
	{Name: "mc", Format: "mc", Lack: ownVariables},
	{Name: "ogr*"},
	{Name: "pgbackrest", Format: "pgbackrest", Lack: ownVariables},
	{Name: "rclone", Container: true, Again: true},
	{Name: "restic", Container: true, Again: true},
	{Name: "s3", Lack: "sends no session token, so AWS refuses it"}, // of libs3
	{Name: "s3cmd", Format: "s3cmd"},
	{Name: "s3fs", Note: "cannot renew its session: the mount fails when the session ends"},
	{Name: "s4cmd", Container: true, Again: true},
	{Name: "s5cmd", Container: true, Again: true},
	{Name: "samtools"},
	{Name: "sccache", Lack: "has no S3 in it as Debian builds it, so no session helps"},
	{Name: "serverless", Container: true, Again: true},
	{Name: "sls", Container: true, Again: true},
	{Name: "sops", Container: true},
	{Name: "tabix"},
	{Name: "terraform", Container: true, Again: true},
	{Name: "tofu", Container: true, Again: true},
	{Name: "wal-g", Container: true, Again: true},
}

const ownVariables = "reads none of AWS's variables, but its own"

// Find returns the client with the name of a program, without its directory; nil if the
// program is not known.
func Find(program string) *Client {
	for i := range All {
		name := All[i].Name
		last := len(name) - 1
		if name == program || name[last] == '*' && len(program) >= last && program[:last] == name[:last] {
			return &All[i]
		}
	}
	return nil
}
