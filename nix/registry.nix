# The one registry of versions and digests, components/config/registry.json, as Nix uses it. TypeScript reads the same
# file (components/config/versions.ts); no other .nix file has a version or a hash of a chart or an image.
{lib}: let
  registry = lib.importJSON ../components/config/registry.json;

  # Charts of which the registry knows the hash of the content; the others Nix could not verify.
  hashed = lib.filterAttrs (_: chart: chart ? chartHash) registry.charts;

  # What `downloadHelmChart` takes.
  chartSource = name: {
    inherit (registry.charts.${name}) version chartHash;
    chart = name;
    repo = registry.charts.${name}.repository;
  };
in {
  # `registry/repository:tag[@digest]` of an image.
  image = id: registry.images.${id}.reference;

  # Tag of an image.
  tag = id: lib.last (lib.splitString ":" (lib.head (lib.splitString "@" registry.images.${id}.reference)));

  # The charts as nixidy's `helm` library fetches them, by the registry's names.
  charts = helm: lib.mapAttrs (name: _: helm.downloadHelmChart (chartSource name)) hashed;

  # A folder with manifests that a project publishes as plain files, by their base names.
  manifests = {
    pkgs,
    name,
    source,
  }: let
    fetch = {
      path,
      sha256,
    }:
      pkgs.fetchurl {
        inherit sha256;
        name = baseNameOf path;
        url = "${source.repository}/${path}";
      };
    copy = manifest: "cp ${fetch manifest} $out/${baseNameOf manifest.path}";
  in
    pkgs.runCommand "manifests-${name}" {} ''
      mkdir $out
      ${lib.concatMapStringsSep "\n" copy source.manifests}
    '';

  # Where Gateway API's and Istio's kinds are published.
  sources = {
    gateway-api = registry.charts.gateway-api;
    inherit (registry.kinds) istio;
  };

  # Everything above in one value, for the test that compares it with TypeScript's.
  pins = {
    charts = lib.mapAttrs (name: _: chartSource name) hashed;
    images = lib.mapAttrs (_: image: image.reference) registry.images;
    inherit (registry) kinds;
  };
}
