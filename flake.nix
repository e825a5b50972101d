{
  description = "A production-like Kubernetes platform on one machine: dev shell, collector, application manifests";

  # Three inputs, no more: what else flakes usually take (flake-utils, flake-parts, treefmt) nixpkgs can do as well.
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    nixidy = {
      url = "github:arnarg/nixidy/v0.22.1";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    # Only its list of charts is read, so that its own inputs stay out of the lock.
    nixhelm = {
      url = "github:nix-community/nixhelm";
      flake = false;
    };
  };

  outputs = {
    self,
    nixpkgs,
    nixidy,
    nixhelm,
  }: let
    inherit (nixpkgs) lib;
    systems = ["x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin"];
    eachSystem = make: lib.genAttrs systems (system: make (import nixpkgs {inherit system;}));
    registry = import ./nix/registry.nix {inherit lib;};
    collectorOf = pkgs: import ./nix/collector.nix {inherit pkgs registry;};
  in {
    # Every pin as Nix reads it; a test compares it with what TypeScript reads.
    lib.pins = registry.pins;

    # `nixidy build .#full` reads nixidyEnvs.<system>.<environment>.
    nixidyEnvs = eachSystem (pkgs: import ./nix/environments.nix {inherit pkgs nixidy nixhelm registry;});

    packages = eachSystem (pkgs: let
      collector = collectorOf pkgs;
    in {
      collector = collector.package;
      collector-image = collector.image;
      collector-builder = collector.builder;
      nixidy = nixidy.packages.${pkgs.stdenv.hostPlatform.system}.default;
    });

    devShells = eachSystem (pkgs: {
      default = import ./nix/dev-shell.nix {
        inherit pkgs;
        nixidy = nixidy.packages.${pkgs.stdenv.hostPlatform.system}.default;
      };
    });

    checks = eachSystem (pkgs:
      import ./nix/checks.nix {
        inherit pkgs self nixidy nixhelm registry;
        inherit (collectorOf pkgs) builder;
      });

    formatter = eachSystem (pkgs: pkgs.alejandra);
  };
}
