{ lib, stdenvNoCC, fetchurl }:

let
  archives = {
{{- range .Of "linux_amd64" "linux_arm64" "darwin_amd64" "darwin_arm64"}}
    {{if eq .Arch "arm64"}}aarch64{{else}}x86_64{{end}}-{{.OS}} = {
      url = "{{$.URL}}/{{.Name}}";
      sha256 = "{{.SHA256}}";
    };
{{- end}}
  };
in
stdenvNoCC.mkDerivation {
  pname = "awsbroker";
  version = "{{.Release.Version}}";
  src = fetchurl archives.${stdenvNoCC.hostPlatform.system};

  installPhase = ''
    runHook preInstall
    mkdir -p $out
    cp -R bin share $out/
    runHook postInstall
  '';
  dontStrip = true; # the signature that macOS asks for is in the program

  meta = {
    description = "{{.Summary}}";
    homepage = "{{.Homepage}}";
    license = lib.licenses.asl20;
    mainProgram = "awsbroker";
    platforms = builtins.attrNames archives;
    sourceProvenance = [ lib.sourceTypes.binaryNativeCode ];
  };
}
