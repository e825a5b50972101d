# The demo: two small services behind the edge, at http://demo.localhost and the edge's port. It is an application of its
# own folder, manifests/<stack>/demo, so that delivering it or not is delivering this folder or not (`hearth:demo`, off
# by default); nothing else in the tree knows of it.
{
  lib,
  hearth,
  ...
}: let
  inherit (hearth) facts registry stack;

  port = 9898;
  # The image's own user has no number that a kubelet could check; its files are readable to all.
  user = 10001;
  otlp = facts.services.otlp;
  scraped = lib.elem "scrape" stack.flows;

  # podinfo hands no token on to its backend, and where the mesh wants one in every call, it would only be refused.
  calls = !stack.tokens;

  labels = name: {
    "app.kubernetes.io/name" = name;
    "app.kubernetes.io/part-of" = "demo";
  };

  probe = path: {
    httpGet = {
      inherit path;
      port = "http";
    };
    periodSeconds = 5;
    timeoutSeconds = 2;
  };

  pod = name: args: {
    metadata = {
      labels = labels name;
      annotations = lib.mkIf scraped {
        "prometheus.io/scrape" = "true";
        "prometheus.io/port" = toString port;
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
      containers.podinfo = {
        image = registry.image "podinfo";
        imagePullPolicy = "IfNotPresent";
        command = ["./podinfo" "--port=${toString port}" "--otel-service-name=${name}" "--level=info"] ++ args;
        env.OTEL_EXPORTER_OTLP_ENDPOINT.value = "http://${otlp.host}:${toString otlp.ports.otlp-grpc}";
        ports.http.containerPort = port;
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
        volumeMounts."/data".name = "data";
      };
      volumes.data.emptyDir.sizeLimit = "16Mi";
    };
  };

  # A Deployment, its Service and its identity.
  service = name: args: {
    deployments.${name} = {
      metadata.labels = labels name;
      spec = {
        replicas = 1;
        revisionHistoryLimit = 2;
        selector.matchLabels."app.kubernetes.io/name" = name;
        template = pod name args;
      };
    };
    services.${name} = {
      metadata.labels = labels name;
      spec = {
        selector."app.kubernetes.io/name" = name;
        ports.http = {
          inherit port;
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

  # Requests below a path go to a service.
  rule = path: filters: name: {
    matches = [
      {
        path = {
          type = "PathPrefix";
          value = path;
        };
      }
    ];
    inherit filters;
    backendRefs = [{inherit name port;}];
  };
  withoutPrefix = {
    type = "URLRewrite";
    urlRewrite.path = {
      type = "ReplacePrefixMatch";
      replacePrefixMatch = "/";
    };
  };
in {
  applications.demo = {
    hearth = {
      wave = 10;
      flows = ["route" "otlp"] ++ lib.optional calls "inside" ++ lib.optional scraped "scrape";
    };
    resources = lib.mkMerge [
      (service "shop-backend" [])
      (service "shop-frontend" (lib.optional calls "--backend-url=http://shop-backend:${toString port}/echo"))
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
              (rule "/backend" [withoutPrefix] "shop-backend")
              (rule "/" [] "shop-frontend")
            ];
          };
        };
      }
    ];
  };
}
