# What Hearth asks of every application, whether it is written in Nix or comes from a chart or a Kustomization: a wave,
# the flows that it uses, and pods that fit into the namespace. Imported into each `applications.<name>`.
{
  facts,
  stack,
}: {
  lib,
  config,
  ...
}: let
  inherit (facts.stacks.${stack}) namespaces flows;
  rules = import ./rules.nix {
    inherit lib;
    facts = facts // {inherit (facts.stacks.${stack}) flows;};
  };

  # The app of apps and Nixidy's own are not delivered.
  delivered = config.name != "apps" && !(lib.hasPrefix "__" config.name);
  violations = rules.violations {
    inherit (config) namespace objects;
    inherit (config.hearth) flows;
  };
  check = assertion: message: {inherit assertion message;};

  # What the tree says of each object: its wave, and for pods the flows.
  annotate = object:
    lib.recursiveUpdate object {
      metadata.annotations =
        {"argocd.argoproj.io/sync-wave" = toString config.hearth.wave;}
        // lib.optionalAttrs (rules.hasPods object) {
          "hearth.dev/flows" = lib.concatStringsSep "," (lib.sort lib.lessThan config.hearth.flows);
        };
    };
  place = object: lib.recursiveUpdate {metadata.namespace = config.namespace;} object;
in {
  options.hearth = {
    wave = lib.mkOption {
      type = lib.types.nullOr (lib.types.ints.between 0 99);
      default = null;
      description = "Rollout wave: applications with a lower number are delivered first.";
    };
    flows = lib.mkOption {
      type = lib.types.nullOr (lib.types.listOf (lib.types.enum flows));
      default = null;
      description = "What the application uses of what the platform lets it: calls from the edge (route), from and to its own parts (inside), OTLP, PostgreSQL (sql), scrapes.";
    };
  };

  config = {
    namespace = lib.mkDefault (lib.head namespaces);
    objectTransforms = lib.optional delivered {rewrite = object: annotate (place object);};
    assertions = lib.optionals delivered ([
        (check (config.hearth.wave != null) "has no rollout wave: set hearth.wave")
        (check (config.hearth.flows != null) "does not say what it talks to: set hearth.flows, to [] if to nothing")
        (check (config.extraRawYamls == []) "has extraRawYamls, which nothing could check: use yamls")
        (check (!config.createNamespace) "makes its namespace, which is the platform's")
        (check (lib.elem config.namespace namespaces)
          "is for namespace ${config.namespace}, which is none of hearth:applicationNamespaces (${lib.concatStringsSep ", " namespaces})")
      ]
      ++ map (check false) violations);
  };
}
