# The demo: two small services of ours (demo/) behind the edge, at http://demo.localhost and the edge's port. The edge
# leads to the frontend; that calls the backend in its caller's name, which keeps orders in PostgreSQL. It is an
# application of its own folder, manifests/<stack>/demo, so that delivering it or not is delivering this folder or not
# (`hearth:demo`, off by default); with it the program makes the database and the Secret that are named here.
{
  lib,
  hearth,
  ...
}: let
  inherit (hearth) facts registry stack;
  inherit (facts.demo) database ports secret user;
  inherit (facts.services) otlp sql;

  scraped = lib.elem "scrape" stack.flows;

  labels = name: {
    "app.kubernetes.io/name" = name;
    "app.kubernetes.io/part-of" = "demo";
  };

  # Of the port to which no route leads.
  probe = path: {
    httpGet = {
      inherit path;
      port = "admin";
    };
    periodSeconds = 5;
    timeoutSeconds = 2;
  };

  pod = name: {
    args,
    env ? {},
    secrets ? {},
  }: {
    metadata = {
      labels = labels name;
      annotations = lib.mkIf scraped {
        "prometheus.io/scrape" = "true";
        "prometheus.io/port" = toString ports.admin;
      };
    };
    spec = {
      serviceAccountName = name;
      automountServiceAccountToken = false;
      # No variables for every Service of the namespace.
      enableServiceLinks = false;
      securityContext = {
        runAsNonRoot = true;
        runAsUser = user;
        runAsGroup = user;
        fsGroup = user;
        seccompProfile.type = "RuntimeDefault";
      };
      containers.shop = {
        image = registry.image "demo";
        imagePullPolicy = "IfNotPresent";
        args = [name "--listen=:${toString ports.http}" "--admin=:${toString ports.admin}"] ++ args;
        env =
          {
            OTEL_EXPORTER_OTLP_ENDPOINT.value = "http://${otlp.host}:${toString otlp.ports.otlp-grpc}";
            # Where the mesh lets nobody scrape, metrics are sent.
            OTEL_METRICS_EXPORTER.value =
              if scraped
              then "prometheus"
              else "otlp";
            OTEL_RESOURCE_ATTRIBUTES.value = "service.namespace=demo";
          }
          // env;
        ports = {
          http.containerPort = ports.http;
          admin.containerPort = ports.admin;
        };
        readinessProbe = probe "/readyz";
        livenessProbe = probe "/healthz";
        resources = {
          requests = {
            cpu = "10m";
            memory = "24Mi";
          };
          limits.memory = "96Mi";
        };
        securityContext = {
          allowPrivilegeEscalation = false;
          readOnlyRootFilesystem = true;
          runAsNonRoot = true;
          capabilities.drop = ["ALL"];
          seccompProfile.type = "RuntimeDefault";
        };
        volumeMounts = lib.mapAttrs' (volume: _:
          lib.nameValuePair "/etc/shop/${volume}" {
            name = volume;
            readOnly = true;
          })
        secrets;
      };
      volumes =
        lib.mapAttrs (_: secretName: {
          secret = {
            inherit secretName;
            # Octal 0440: root and the pod's group.
            defaultMode = 288;
          };
        })
        secrets;
    };
  };

  # A Deployment, its Service and its identity.
  service = name: how: {
    deployments.${name} = {
      metadata.labels = labels name;
      spec = {
        replicas = 1;
        revisionHistoryLimit = 2;
        selector.matchLabels."app.kubernetes.io/name" = name;
        template = pod name how;
      };
    };
    services.${name} = {
      metadata.labels = labels name;
      spec = {
        selector."app.kubernetes.io/name" = name;
        ports.http = {
          port = ports.http;
          targetPort = "http";
          appProtocol = "http";
        };
      };
    };
    serviceAccounts.${name} = {
      metadata.labels = labels name;
      automountServiceAccountToken = false;
    };
  };
in {
  applications.demo = {
    hearth = {
      wave = 10;
      flows = ["route" "inside" "otlp" "sql"] ++ lib.optional scraped "scrape";
    };
    resources = lib.mkMerge [
      (service "shop-backend" {
        args = [
          "--database=postgres://${sql.host}:${toString sql.ports.sql}/${database}?sslmode=disable"
          "--password-file=/etc/shop/database/${secret.key}"
        ];
        env.PGUSER.value = database;
        secrets.database = secret.name;
      })
      (service "shop-frontend" {
        args = ["--backend=http://shop-backend:${toString ports.http}"];
      })
      {
        httpRoutes.shop = {
          metadata.labels = labels "shop";
          spec = {
            parentRefs = [
              {
                name = facts.edge.gateway;
                inherit (facts.edge) namespace;
              }
            ];
            hostnames = ["demo.localhost"];
            rules = [
              {
                matches = [
                  {
                    path = {
                      type = "PathPrefix";
                      value = "/";
                    };
                  }
                ];
                backendRefs = [
                  {
                    name = "shop-frontend";
                    port = ports.http;
                  }
                ];
              }
            ];
          };
        };
      }
    ];
  };
}
