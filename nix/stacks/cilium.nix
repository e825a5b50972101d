# Applications of stack cilium; each is a folder of manifests/cilium.
{
  imports = [../applications/demo.nix];
}
