class Awsbroker < Formula
  desc "{{.Summary}}"
  homepage "{{.Homepage}}"
  version "{{.Release.Version}}"
  license "{{.License}}"
{{- range $system, $block := .Brew}}{{if $block}}

  on_{{$system}} do
{{- range $block}}
    on_{{if eq .Arch "arm64"}}arm{{else}}intel{{end}} do
      url "{{$.URL}}/{{.Name}}"
      sha256 "{{.SHA256}}"
    end
{{- end}}
  end
{{- end}}{{end}}

  def install
    bin.install "bin/awsbroker"
    man1.install Dir["share/man/man1/*"]
    bash_completion.install "share/bash-completion/completions/awsbroker"
    zsh_completion.install "share/zsh/site-functions/_awsbroker"
    fish_completion.install "share/fish/vendor_completions.d/awsbroker.fish"
    doc.install Dir["share/doc/awsbroker/*"]
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/awsbroker --version")
  end
end
