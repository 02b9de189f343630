// Package clients knows programs that use AWS, and by which ways each of them gets a
// session. Each row was seen with the real program (docs/tools.md).
//
// Package early uses it: it may import what that may import.
package clients

// Client is what a program can do.
type Client struct {
	Name      string // of the program; with a * at its end the beginning of several names
	Variables bool   // takes a session from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN
	Container bool   // fetches it from AWS_CONTAINER_CREDENTIALS_FULL_URI
	Again     bool   // fetches it there again before it ends
	Format    string // of awsbroker export, made for the program; empty: it needs none
}

// All are the clients, in alphabetical order of their names. Programs that end within
// seconds, such as sops, do not fetch again.
var All = [...]Client{
	{Name: "ansible", Variables: true, Container: true, Again: true},
	{Name: "ansible-playbook", Variables: true, Container: true, Again: true},
	{Name: "aws", Variables: true, Container: true, Again: true},
	{Name: "aws-iam-authenticator", Variables: true, Container: true},
	{Name: "cdk", Variables: true, Container: true, Again: true},
	{Name: "chamber", Variables: true, Container: true},
	{Name: "docker-credential-ecr-login", Variables: true, Container: true},
	{Name: "duplicity", Variables: true, Container: true, Again: true},
	{Name: "gdal*", Variables: true},
	{Name: "git-annex", Variables: true},
	{Name: "htsfile", Variables: true},
	{Name: "litestream", Variables: true, Container: true, Again: true},
	{Name: "mc", Format: "mc"},
	{Name: "ogr*", Variables: true},
	{Name: "pgbackrest", Format: "pgbackrest"},
	{Name: "rclone", Variables: true, Container: true, Again: true},
	{Name: "restic", Variables: true, Container: true, Again: true},
	{Name: "s3"}, // of libs3, which sends no session token
	{Name: "s3cmd", Variables: true, Format: "s3cmd"},
	{Name: "s3fs", Variables: true},
	{Name: "s4cmd", Variables: true, Container: true, Again: true},
	{Name: "s5cmd", Variables: true, Container: true, Again: true},
	{Name: "samtools", Variables: true},
	{Name: "serverless", Variables: true, Container: true, Again: true},
	{Name: "sls", Variables: true, Container: true, Again: true},
	{Name: "sops", Variables: true, Container: true},
	{Name: "tabix", Variables: true},
	{Name: "terraform", Variables: true, Container: true, Again: true},
	{Name: "tofu", Variables: true, Container: true, Again: true},
	{Name: "wal-g", Variables: true, Container: true, Again: true},
}

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
