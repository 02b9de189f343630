//go:build linux

package acceptance

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// tunnel is an HTTPS proxy that notes where people want to go and takes them
// to one address, or nowhere.
type tunnel struct {
	sync.Mutex
	url   string
	hosts []string
}

func newTunnel(t *testing.T, to string) *tunnel {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &tunnel{url: "http://" + listener.Addr().String()}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.Lock()
		p.hosts = append(p.hosts, r.Host)
		p.Unlock()
		if to == "" || r.Method != http.MethodConnect {
			http.Error(w, "no way through here", http.StatusForbidden)
			return
		}
		p.connect(w, to)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	return p
}

// taken returns where people went since it was last called.
func (p *tunnel) taken() []string {
	p.Lock()
	defer p.Unlock()
	hosts := p.hosts
	p.hosts = nil
	return hosts
}

func (p *tunnel) connect(w http.ResponseWriter, to string) {
	out, err := net.Dial("tcp", to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	in, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		out.Close()
		return
	}
	_, _ = io.WriteString(in, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(out, in); out.Close() }()
	_, _ = io.Copy(in, out)
	in.Close()
}

// Where the code goes: the partition of the role and the region decide, unless
// somebody says otherwise, in AWS's own order.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	proxy := newTunnel(t, "")
	w := bare(t, -1).Without("AWS_ENDPOINT_URL_STS").With("HTTPS_PROXY=" + proxy.url)
	if r := w.With("AWS_ACCESS_KEY_ID="+canaryID, "AWS_SECRET_ACCESS_KEY="+canaryKey).Run("add", "phoebe", "--from-env", "--offline"); r.Code != 0 {
		t.Fatal(r)
	}
	const services = "\n[services local]\nsts =\n  endpoint_url = https://sts.service.example\n"
	for _, tt := range []struct {
		name, partition, settings, host string
		env, flags                      []string
	}{
		{name: "region of the profile", settings: "region = eu-central-1", host: "sts.eu-central-1.amazonaws.com"},
		{name: "no region", host: "sts.us-east-1.amazonaws.com"},
		{name: "AWS_REGION", settings: "region = eu-central-1", env: []string{"AWS_REGION=eu-west-3"}, host: "sts.eu-west-3.amazonaws.com"},
		{name: "AWS_DEFAULT_REGION", settings: "region = eu-central-1", env: []string{"AWS_DEFAULT_REGION=eu-west-2"}, host: "sts.eu-west-2.amazonaws.com"},
		{name: "--region", env: []string{"AWS_REGION=eu-west-3"}, flags: []string{"--region", "eu-north-1"}, host: "sts.eu-north-1.amazonaws.com"},
		{name: "China", partition: "aws-cn", host: "sts.cn-northwest-1.amazonaws.com.cn"},
		{name: "China, other region", partition: "aws-cn", settings: "region = cn-north-1", host: "sts.cn-north-1.amazonaws.com.cn"},
		{name: "GovCloud", partition: "aws-us-gov", host: "sts.us-gov-west-1.amazonaws.com"},
		{name: "ISO", partition: "aws-iso", host: "sts.us-iso-east-1.c2s.ic.gov"},
		{name: "ISOB", partition: "aws-iso-b", host: "sts.us-isob-east-1.sc2s.sgov.gov"},
		{name: "EU sovereign cloud", partition: "aws-eusc", host: "sts.eusc-de-east-1.amazonaws.eu"},
		{name: "FIPS", settings: "region = us-east-2\nuse_fips_endpoint = true", host: "sts-fips.us-east-2.amazonaws.com"},
		{name: "FIPS from the environment", settings: "region = us-east-2", env: []string{"AWS_USE_FIPS_ENDPOINT=true"}, host: "sts-fips.us-east-2.amazonaws.com"},
		{name: "dual stack", settings: "region = eu-central-1\nuse_dualstack_endpoint = true", host: "sts.eu-central-1.api.aws"},
		{name: "endpoint_url", settings: "endpoint_url = https://aws.example", host: "aws.example"},
		{name: "services section", settings: "endpoint_url = https://aws.example\nservices = local" + services, host: "sts.service.example"},
		{name: "AWS_ENDPOINT_URL", settings: "services = local" + services, env: []string{"AWS_ENDPOINT_URL=https://env.example"}, host: "env.example"},
		{name: "AWS_ENDPOINT_URL_STS", env: []string{"AWS_ENDPOINT_URL=https://env.example", "AWS_ENDPOINT_URL_STS=https://sts.env.example"}, host: "sts.env.example"},
		{name: "endpoints ignored", settings: "region = eu-central-1\nendpoint_url = https://aws.example",
			env: []string{"AWS_ENDPOINT_URL=https://env.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"}, host: "sts.eu-central-1.amazonaws.com"},
		{name: "AWS's own China endpoint by prefix", partition: "aws-cn", settings: "awsbroker_region = cn-north-1", host: "sts.cn-north-1.amazonaws.com.cn"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.partition == "" {
				tt.partition = "aws"
			}
			w.Write(w.Path("home/.aws/config"), "[profile admin]\nawsbroker_key = phoebe\n"+
				"awsbroker_role_arn = arn:"+tt.partition+":iam::123456789012:role/admin-mfa\n"+tt.settings+"\n")
			proxy.taken()
			r := w.With(tt.env...).Run(append(tt.flags, "credential-process", "--profile", "admin")...)
			wantFailure(t, r, 6, "could not be reached")
			if hosts := proxy.taken(); len(hosts) == 0 || hosts[0] != tt.host+":443" {
				t.Errorf("went to %q, want %q", hosts, tt.host)
			}
		})
	}
}

// The whole way as it is in a company: a proxy, and an authority of its own.
func TestThroughAProxyWithAPrivateAuthority(t *testing.T) {
	t.Parallel()
	aws := fakeaws.NewStandard()
	url, authority, err := aws.Server.StartTLS()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(aws.Server.Close)
	proxy := newTunnel(t, strings.TrimPrefix(url, "https://"))
	w := bare(t, -1).Without("AWS_ENDPOINT_URL_STS").With("HTTPS_PROXY=" + proxy.url)
	w.Write(w.Path("ca.pem"), string(authority))
	trusting := w.With("AWS_CA_BUNDLE=" + w.Path("ca.pem"))
	r := trusting.With("AWS_ACCESS_KEY_ID="+aws.Key.ID, "AWS_SECRET_ACCESS_KEY="+aws.Key.Secret).Run("add", "phoebe", "--from-env")
	if r.Code != 0 {
		t.Fatal(r)
	}
	w.Profile("admin", "phoebe", aws.Role.ARN(), aws.Device.Serial)
	run := func(w *world) machine.Result {
		return w.RunWith(machine.FreshCode(aws.Device), "--mfa-code", "-", "credential-process", "--profile", "admin")
	}
	wantFailure(t, run(w), 6, "certificate")
	wantAnswer(t, run(trusting))
	for _, got := range proxy.taken() {
		if got != "sts.eu-central-1.amazonaws.com:443" && got != "sts.us-east-1.amazonaws.com:443" { // the latter: add
			t.Errorf("went to %q", got)
		}
	}

	w.Profile("bundle", "phoebe", aws.Role.ARN(), aws.Device.Serial, "ca_bundle = "+w.Path("ca.pem"), "role_session_name = other")
	r = w.RunWith(machine.FreshCode(aws.Device), "--mfa-code", "-", "credential-process", "--profile", "bundle")
	wantAnswer(t, r)
	if len(aws.Server.RepeatedCodes()) > 0 {
		t.Error("a code was sent twice")
	}
}
