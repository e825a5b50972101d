# The environments of Nixidy, one for each stack: what git has for applications, in manifests/<stack>.
{
  pkgs,
  nixidy,
  nixhelm,
  registry,
  # More modules for every environment; the checks try applications with it.
  modules ? [],
}: let
  inherit (pkgs) lib;
  # What the TypeScript program knows of the platform; `make docs` writes it.
  facts = lib.importJSON ./platform.json;

  common = {
    config,
    lib,
    ...
  }: {
    nixidy = {
      # Charts of nixhelm as `<repository>.<chart>`, and those of Hearth's registry as `hearth.<chart>`.
      charts = lib.helm.mkChartAttrs "${nixhelm}/charts" // {hearth = registry.charts lib.helm;};
      # For Applications that are not rendered (see below); Nixidy wants them all the same.
      target = {
        repository = "the repository of hearth:gitops";
        branch = "the revision of hearth:gitops";
      };
      # What hooks do, git does not show.
      defaults.helm.extraOpts = ["--no-hooks"];
      # The tree has folders of applications and nothing else: in full Hearth's ApplicationSet makes an Application of
      # each, in the other stacks Pulumi delivers them. Nixidy's own Applications would be second owners.
      publicApps = lib.mkForce (lib.filter
        (name: name != config.nixidy.appOfApps.name && !(lib.hasPrefix "__" name))
        (lib.attrNames config.applications));
    };
  };

  environment = stack: {
    modules = [
      {
        nixidy = {
          k8sVersion = facts.stacks.${stack}.kubernetes;
          applicationImports = [(import ./application.nix {inherit facts stack;})];
        };
      }
      ./kinds.nix
      (./stacks + "/${stack}.nix")
    ];
    extraSpecialArgs.hearth = {
      inherit facts registry;
      stack = facts.stacks.${stack};
    };
  };
in
  nixidy.lib.mkEnvs {
    inherit pkgs;
    modules = [common] ++ modules;
    envs = lib.genAttrs (lib.attrNames facts.stacks) environment;
  }
