# Applications of stack dev-fast; each is a folder of manifests/dev-fast.
{
  imports = [../applications/demo.nix];
}
