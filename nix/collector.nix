# The OpenTelemetry Collector from the committed sources, collector/src, of which the other builds are made, too
# (collector/Dockerfile, tools/collector). Its flags and its image are theirs; a test holds them together.
{
  pkgs,
  registry,
}: let
  inherit (pkgs) lib;
  version = registry.tag "otel-collector";
  # `node tools/run.js collector --check-hashes` computes them without Nix.
  hashes = lib.importJSON ./collector-hashes.json;

  architecture =
    if pkgs.stdenv.hostPlatform.isAarch64
    then "arm64"
    else "amd64";

  # Always for Linux, since it runs in containers; of a Mac's architecture on a Mac.
  build = pkgs.buildGoModule.override {
    go =
      pkgs.go
      // {
        GOOS = "linux";
        GOARCH = architecture;
      };
  };

  package = build {
    pname = "otelcol";
    inherit version;
    src = ../collector/src;
    inherit (hashes.collector) vendorHash;
    env.CGO_ENABLED = "0";
    tags = ["grpcnotrace"];
    ldflags = ["-s" "-w" "-buildid="];
    # The generated sources have no tests of their own.
    doCheck = false;
    # Go calls the program by its module, and puts it into a folder of the other system's name when it cross-compiles.
    postInstall = ''
      if [ -d $out/bin/linux_${architecture} ]; then
        mv $out/bin/linux_${architecture}/* $out/bin
        rmdir $out/bin/linux_${architecture}
      fi
      mv $out/bin/collector $out/bin/otelcol
    '';
    meta = {
      description = "Hearth's OpenTelemetry Collector";
      license = lib.licenses.asl20;
      mainProgram = "otelcol";
    };
  };

  # Without a shell, without CA certificates: inside the cluster it speaks plain HTTP, and the API server's CA comes
  # with its token.
  image = pkgs.dockerTools.buildLayeredImage {
    name = lib.head (lib.splitString ":" (registry.image "otel-collector"));
    tag = version;
    inherit architecture;
    contents = [];
    extraCommands = "cp ${package}/bin/otelcol otelcol";
    config = {
      Entrypoint = ["/otelcol"];
      User = "10001:10001";
      ExposedPorts = lib.genAttrs ["4317/tcp" "4318/tcp" "8888/tcp" "13133/tcp"] (_: {});
    };
  };

  # The program that makes the sources of collector/manifest.yaml, of the manifest's version.
  builder = pkgs.buildGoModule {
    pname = "opentelemetry-collector-builder";
    inherit version;
    src = pkgs.fetchurl {
      name = "builder-${version}.zip";
      url = "https://module-proxy.invalid/go.opentelemetry.io/collector/cmd/builder/@v/v${version}.zip";
      inherit (hashes.builder) hash;
    };
    sourceRoot = "go.opentelemetry.io/collector/cmd/builder@v${version}";
    nativeBuildInputs = [pkgs.unzip];
    inherit (hashes.builder) vendorHash;
    env.CGO_ENABLED = "0";
    ldflags = ["-s" "-w"];
    # They fetch modules.
    doCheck = false;
    meta.mainProgram = "builder";
  };
in {inherit package image builder;}
