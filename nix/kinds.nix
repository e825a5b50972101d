# Types of the kinds that are not Kubernetes' own, made of the definitions that the platform's versions have: a misspelt
# field of a route is an error when the tree is rendered, and not a refusal of some API server later. Istio's are here
# for people who manage its objects by Nixidy themselves; in an application's folder they are refused.
{
  pkgs,
  generators,
  charts,
  hearth,
  ...
}: let
  inherit (hearth.registry) manifests sources;

  published = name: kinds:
    generators.fromCRDModule {
      inherit name;
      src = manifests {
        inherit pkgs name;
        source = sources.${name};
      };
      crdFiles = map (manifest: baseNameOf manifest.path) sources.${name}.manifests;
      kindFilter = kinds;
    };
in {
  nixidy.applicationImports = [
    (published "gateway-api" ["HTTPRoute" "GRPCRoute" "ReferenceGrant"])
    (published "istio" ["AuthorizationPolicy" "PeerAuthentication" "RequestAuthentication" "ServiceEntry" "Telemetry"])
    (generators.fromCRDModule {
      name = "traefik";
      src = charts.hearth.traefik;
      crdFiles = ["crds/traefik.io_ingressroutes.yaml" "crds/traefik.io_middlewares.yaml"];
    })
  ];
}
