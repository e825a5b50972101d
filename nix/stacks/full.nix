# Applications of stack full; each is a folder of manifests/full.
{
  imports = [../applications/demo.nix];
}
