# What `nix flake check` holds the flake to: every tree can be rendered and the committed one is what was rendered,
# everything that is to be accepted is, the collector's sources are the builder's, and the .nix files are in form.
{
  pkgs,
  self,
  nixidy,
  nixhelm,
  registry,
  builder,
}: let
  inherit (pkgs) lib;
  environments = modules: import ./environments.nix {inherit pkgs nixidy nixhelm registry modules;};
  rendered = lib.mapAttrs (_: environment: environment.environmentPackage) (environments []);
  accepted = (environments [./accepted/applications.nix]).dev-fast.environmentPackage;

  # Manifests are compared as data: how the same YAML is written is a matter of yq's version.
  fresh = stack: tree:
    pkgs.runCommand "fresh-${stack}" {} ''
      flat() {
        cd "$1"
        find -L . -type f | LC_ALL=C sort | while read -r file; do
          echo "# $file"
          ${pkgs.yq-go}/bin/yq --output-format=json 'sort_keys(..)' "$file"
        done
      }
      (flat ${self}/manifests/${stack}) > committed
      (flat ${tree}) > rendered
      if ! ${pkgs.diffutils}/bin/diff -u committed rendered; then
        echo "manifests/${stack} is stale: make render renders it" >&2
        exit 1
      fi
      touch $out
    '';

  # Without a module proxy: what the builder writes by itself must be what is committed. The modules' list and sums come
  # from its one run with a network; the vendorHash is checked by building the package.
  collectorSources = pkgs.runCommand "collector-sources" {nativeBuildInputs = [pkgs.go];} ''
    export HOME=$PWD GOPROXY=off GOFLAGS=-mod=mod
    cp -r ${self}/collector/. . && chmod -R u+w .
    mv src committed
    ${lib.getExe builder} --config manifest.yaml --skip-compilation --skip-get-modules
    for file in components.go main.go main_others.go main_windows.go; do
      ${pkgs.diffutils}/bin/diff -u "committed/$file" "src/$file"
    done
    touch $out
  '';

  nixFiles = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [../flake.nix (lib.fileset.fileFilter (file: file.hasExt "nix") ./.)];
  };
in
  lib.mapAttrs' (stack: lib.nameValuePair "render-${stack}") rendered
  // lib.mapAttrs' (stack: tree: lib.nameValuePair "fresh-${stack}" (fresh stack tree)) rendered
  // {
    inherit accepted;
    collector-sources = collectorSources;
    format = pkgs.runCommand "format" {} "${lib.getExe pkgs.alejandra} --check ${nixFiles} && touch $out";
    lint = pkgs.runCommand "lint" {} "${lib.getExe pkgs.deadnix} --fail ${nixFiles} && touch $out";
  }
