# Applications that are in no stack: the flake's checks render them, so that charts, Kustomizations, plain YAML and typed
# kinds of others keep being accepted, and keep being held to the same rules.
{charts, ...}: let
  security = {
    allowPrivilegeEscalation = false;
    readOnlyRootFilesystem = true;
    runAsNonRoot = true;
    capabilities.drop = ["ALL"];
    seccompProfile.type = "RuntimeDefault";
  };
in {
  applications = {
    accepted-chart = {
      hearth = {
        wave = 1;
        flows = [];
      };
      helm.releases.tempo = {
        chart = charts.hearth.tempo;
        values.tempo = {
          securityContext = security;
          resources = {
            requests = {
              cpu = "10m";
              memory = "64Mi";
            };
            limits.memory = "256Mi";
          };
        };
      };
      # What a chart has no value for, its typed objects have.
      resources.statefulSets.tempo.spec.template.spec.enableServiceLinks = false;
    };

    accepted-kustomization = {
      hearth = {
        wave = 2;
        flows = ["route"];
      };
      kustomize.applications.web.kustomization = {
        src = ./kustomize;
        path = "overlay";
      };
      resources.ingressRoutes.web.spec = {
        entryPoints = ["web"];
        routes = [
          {
            kind = "Rule";
            match = "Host(`web.localhost`)";
            services = [
              {
                name = "shop-web";
                port = 80;
              }
            ];
          }
        ];
      };
    };

    accepted-yaml = {
      hearth = {
        wave = 3;
        flows = [];
      };
      yamls = [
        ''
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: plain }
          data: { key: value }
        ''
      ];
    };
  };
}
