# Everything that a developer of Hearth uses. Hearth's own tools look on PATH first, and take what is there when its
# version will do.
{
  pkgs,
  nixidy,
}:
pkgs.mkShell {
  packages = [
    # With the host of Node programs and no provider plugins: those of nixpkgs are older than what package.json names,
    # and Pulumi prefers one on PATH to the right one, with no more than a warning.
    (pkgs.pulumi.withPackages (plugins: [plugins.pulumi-nodejs]))
    pkgs.nodejs_22
    pkgs.go
    pkgs.kind
    pkgs.kubectl
    pkgs.kubernetes-helm
    pkgs.sops
    pkgs.age
    pkgs.cilium-cli
    pkgs.istioctl
    pkgs.argocd
    pkgs.docker-client
    nixidy
    # What `nix flake check` holds the .nix files to.
    pkgs.alejandra
    pkgs.deadnix
    # A Mac's own make and bash are of 2006 and 2007.
    pkgs.gnumake
    pkgs.bashInteractive
    pkgs.git
  ];
}
