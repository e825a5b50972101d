import { resolveImage, type ImageRef } from "../config/images";
import type { Layer } from "../config/layers";
import { namespaceName } from "../config/namespaces";
import { portOf } from "../config/ports";
import type { PlatformConfig, ServiceType } from "../config/schema";
import { chartSpec } from "../config/versions";
import { resources } from "../core/quantity";
import type { Values } from "../core/release";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";
import { CLASS_SELECTOR, WEB_PORT } from "./gateway";
import { routedNamespaces } from "./traefik-rbac";

/** Unprivileged user of Traefik's image and chart. */
const USER = 65532;

/** Where Traefik sends spans; plain gRPC, the address that the collector's Service has on every node. */
const COLLECTOR = `otel-collector.${namespaceName("nodeAgents")}.svc:4317`;

/**
 * Seconds. Traefik's own default (0.1, 0.3, 1.2, 5) cannot tell a request of 5 ms from one of 90 ms, which is the
 * range in which services on one machine answer.
 */
const LATENCY_BUCKETS = "0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5,10";

/**
 * In the mesh nothing reaches a pod, a probe neither, until ztunnel runs on its node. On a real Kind cluster that took 80
 * seconds longer than Traefik's own start, in which the chart's probe (3 times 10 seconds) restarted it twice for nothing.
 */
const PATIENT = { periodSeconds: 10, failureThreshold: 18 };

/** The slice of stack config that decides how Traefik runs. */
export type TraefikSettings = Pick<PlatformConfig, "layers" | "images" | "applicationNamespaces">;

/** Values for the chart `traefik-crds`: Traefik's own kinds and nothing else. */
export function traefikCrdsValues(): Values {
    return {
        traefik: true,
        // Gateway API's kinds are shared with Istio and come from their own project (components/gateway-api).
        gatewayAPI: false,
        gatewayAPIExperimental: false,
        hub: false,
        knative: false,
        // A CRD's deletion takes every route that users made with it.
        deleteOnUninstall: false,
    };
}

/** Values for the chart `traefik`, which must be installed without its `crds/` (old Gateway API, Traefik Hub). */
export function traefikValues(config: TraefikSettings, serviceType: ServiceType): Values {
    const collector: Layer = "otel-collector";
    const namespaces = [...routedNamespaces(config)];
    return {
        image: chartImage(resolveImage("traefik", config.images)),
        ...versionOverride(resolveImage("traefik", config.images)),
        global: { checkNewVersion: false, sendAnonymousUsage: false },
        deployment: { replicas: 1, terminationGracePeriodSeconds: 10 },
        // Traefik answers /ping within a second of its start.
        readinessProbe: { initialDelaySeconds: 1, periodSeconds: 2, failureThreshold: 5 },
        ...(config.layers.includes("istio") ? { livenessProbe: PATIENT } : {}),
        service: { type: serviceType },
        ports: {
            web: {
                port: WEB_PORT,
                ...(serviceType === "NodePort" ? { nodePort: portOf("traefik").nodePort } : {}),
            },
            // Without a certificate of the user's there is nothing to serve; the port table has no row for it.
            websecure: { expose: { default: false } },
        },
        // `traefik-rbac.ts` has a smaller one: the chart's reads every Secret of the cluster.
        rbac: { enabled: false },
        // Nodes, for Services that are to be dialled by their NodePort: the chart has no value for it.
        additionalArguments: ["--providers.kubernetescrd.disableClusterScopeResources=true"],
        providers: {
            kubernetesCRD: {
                enabled: true,
                namespaces,
                // Routes of applications use the middlewares of namespace edge.
                allowCrossNamespace: true,
                allowExternalNameServices: false,
                // Dialling pod IPs would go round whatever a Service stands for: a waypoint in the mesh
                // (traefik/traefik#9655), session affinity, traffic policies.
                nativeLBByDefault: true,
            },
            kubernetesIngress: { enabled: false },
            kubernetesGateway: {
                enabled: true,
                namespaces,
                labelSelector: CLASS_SELECTOR,
                // TCPRoutes and TLSRoutes, whose kinds are not in Gateway API's standard channel.
                experimentalChannel: false,
                // As above, for HTTPRoutes and GRPCRoutes.
                nativeLBByDefault: true,
            },
        },
        ingressClass: { enabled: false },
        // Objects of our own (`gateway.ts`), so that a preview shows what changes about them.
        gateway: { enabled: false },
        gatewayClass: { enabled: false },
        api: { dashboard: false },
        ingressRoute: { dashboard: { enabled: false } },
        logs: { general: { format: "json", level: "INFO" }, access: accessLog() },
        metrics: {
            // On an entry point of its own that no Service exposes; the chart annotates the pod for scraping.
            prometheus: {
                entryPoint: "metrics",
                addEntryPointsLabels: true,
                addRoutersLabels: true,
                addServicesLabels: true,
                buckets: LATENCY_BUCKETS,
            },
            otlp: { enabled: false },
        },
        tracing: tracing(config.layers.includes(collector)),
        podSecurityContext: restrictedPod(USER),
        securityContext: RESTRICTED_CONTAINER,
        resources: resources("20m", "64Mi", "256Mi"),
    };
}

/**
 * JSON lines on standard output. With tracing on, Traefik adds `TraceId` and `SpanId` to each line; all fields are
 * kept for that. Headers are dropped, since they carry credentials.
 */
function accessLog(): Values {
    return {
        enabled: true,
        format: "json",
        fields: {
            general: { defaultmode: "keep" },
            headers: { defaultmode: "drop", names: { "User-Agent": "keep", "X-Request-Id": "keep" } },
        },
    };
}

/**
 * Spans to the collector. The chart renders nothing at all unless `otlp.enabled` is set beside `otlp.grpc.enabled`:
 * a predecessor of Hearth had only the latter, and no traces.
 */
function tracing(on: boolean): Values {
    if (!on) return { otlp: { enabled: false } };
    return {
        serviceName: "traefik",
        sampleRate: 1,
        otlp: { enabled: true, grpc: { enabled: true, endpoint: COLLECTOR, insecure: true } },
    };
}

/** The chart joins `registry/repository:tag`, so that a digest has to ride on the tag. */
function chartImage(image: ImageRef): Values {
    const tag = image.tag ?? chartSpec("traefik").appVersion;
    return {
        registry: image.registry,
        repository: image.repository,
        tag: image.digest === undefined ? tag : `${tag}@${image.digest}`,
    };
}

/** The chart reads Traefik's version off the tag and fails on one that is none, such as `dev`. */
function versionOverride(image: ImageRef): Values {
    const isVersion = image.tag === undefined || /^v?\d+\.\d+/.test(image.tag);
    return isVersion ? {} : { versionOverride: chartSpec("traefik").appVersion };
}
