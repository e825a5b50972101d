import assert from "node:assert/strict";
import fc from "fast-check";
import { gateway, gatewayClass } from "../../../components/edge/gateway";
import { traefikAccess } from "../../../components/edge/traefik-rbac";
import { traefikCrdsValues, traefikValues } from "../../../components/edge/traefik-values";
import type { ImageConfig } from "../../../components/config/images";
import { DEFAULT_LAYERS, type Layer } from "../../../components/config/layers";
import type { ServiceType } from "../../../components/config/schema";

const PLAIN: ImageConfig = { overrides: {}, registries: {}, byTagOnly: false };
const DIGEST = `sha256:${"a".repeat(64)}`;

/** One value by its path; undefined where the path ends early. */
function at(value: unknown, path: string): unknown {
    return path
        .split(".")
        .reduce<unknown>(
            (inner, key) =>
                inner !== null && typeof inner === "object" ? new Map(Object.entries(inner)).get(key) : undefined,
            value,
        );
}

interface Options {
    readonly layers?: readonly Layer[];
    readonly images?: Partial<ImageConfig>;
    readonly type?: ServiceType;
    readonly applications?: readonly string[];
}

function values(options: Options = {}): unknown {
    const { layers = DEFAULT_LAYERS, images = {}, type = "NodePort", applications = ["apps"] } = options;
    const config = { layers, images: { ...PLAIN, ...images }, applicationNamespaces: applications };
    return traefikValues(config, type);
}

describe("traefikValues", () => {
    it("serves the port table's NodePort where Services are NodePorts, and fixes none elsewhere", () => {
        assert.equal(at(values(), "ports.web.nodePort"), 30081);
        for (const type of ["LoadBalancer", "ClusterIP"] as const) {
            assert.equal(at(values({ type }), "service.type"), type);
            assert.equal(at(values({ type }), "ports.web.nodePort"), undefined);
        }
    });

    it("exposes nothing beside the web entry point", () => {
        assert.equal(at(values(), "ports.websecure.expose.default"), false);
        assert.equal(at(values(), "api.dashboard"), false);
        assert.equal(at(values(), "ingressRoute.dashboard.enabled"), false);
        for (const port of ["metrics", "traefik"])
            assert.equal(at(values(), `ports.${port}.expose.default`), undefined);
    });

    it("waits for ztunnel in the mesh, where a restart would not mend a probe, and for nothing elsewhere", () => {
        assert.deepEqual(at(values({ layers: [...DEFAULT_LAYERS, "istio"] }), "livenessProbe"), {
            periodSeconds: 10,
            failureThreshold: 18,
        });
        assert.equal(at(values(), "livenessProbe"), undefined);
    });

    it("calls nobody", () => {
        assert.equal(at(values(), "global.checkNewVersion"), false);
        assert.equal(at(values(), "global.sendAnonymousUsage"), false);
    });

    it("sets both switches that the chart needs for traces, and an address", () => {
        const otlp = at(values(), "tracing.otlp");
        assert.equal(at(otlp, "enabled"), true);
        assert.equal(at(otlp, "grpc.enabled"), true);
        assert.equal(at(otlp, "grpc.endpoint"), "otel-collector.node-agents.svc:4317");
    });

    it("sends no traces to a collector that is off", () => {
        const without = values({ layers: DEFAULT_LAYERS.filter((layer) => layer !== "otel-collector") });
        assert.deepEqual(at(without, "tracing"), { otlp: { enabled: false } });
    });

    it("has metrics by scraping alone, with the labels that dashboards and rules group by", () => {
        assert.equal(at(values(), "metrics.prometheus.entryPoint"), "metrics");
        for (const label of ["EntryPoints", "Routers", "Services"]) {
            assert.equal(at(values(), `metrics.prometheus.add${label}Labels`), true);
        }
        assert.equal(at(values(), "metrics.otlp.enabled"), false);
    });

    it("writes access logs as JSON and keeps credentials out of them", () => {
        assert.equal(at(values(), "logs.access.format"), "json");
        assert.equal(at(values(), "logs.access.fields.headers.defaultmode"), "drop");
        const kept = Object.keys(at(values(), "logs.access.fields.headers.names") ?? {});
        assert.ok(!kept.includes("Authorization") && !kept.includes("Cookie"));
    });

    it("lets routes use middlewares of namespace edge, and dials Services rather than pods", () => {
        assert.equal(at(values(), "providers.kubernetesCRD.allowCrossNamespace"), true);
        assert.equal(at(values(), "providers.kubernetesCRD.nativeLBByDefault"), true);
        assert.equal(at(values(), "providers.kubernetesCRD.allowExternalNameServices"), false);
    });

    it("serves routes of Gateway API as well, and dials Services there too", () => {
        const provider = at(values(), "providers.kubernetesGateway");
        assert.equal(at(provider, "enabled"), true);
        assert.equal(at(provider, "nativeLBByDefault"), true);
        assert.equal(at(provider, "experimentalChannel"), false);
    });

    it("serves the class of its own gateway alone, and no IngressClass", () => {
        const [key, value] = String(at(values(), "providers.kubernetesGateway.labelSelector")).split("=");
        assert.equal(new Map(Object.entries(gatewayClass().metadata.labels ?? {})).get(key ?? ""), value);
        assert.equal(at(values(), "providers.kubernetesIngress.enabled"), false);
        assert.equal(at(values(), "ingressClass.enabled"), false);
    });

    it("leaves class, gateway and kinds of Gateway API to those that make them", () => {
        for (const part of ["gateway", "gatewayClass"]) assert.equal(at(values(), `${part}.enabled`), false);
        assert.equal(traefikCrdsValues()["gatewayAPI"], false);
        assert.equal(traefikCrdsValues()["gatewayAPIExperimental"], false);
    });

    it("listens where the gateway says", () => {
        assert.equal(
            at(values(), "ports.web.port"),
            at(gateway({ applicationNamespaces: [] }), "spec.listeners.0.port"),
        );
    });

    it("looks into exactly the namespaces that it has access to, whichever applications there are", () => {
        fc.assert(
            fc.property(fc.uniqueArray(fc.constantFrom("apps", "shop", "billing")), (applications) => {
                const access = traefikAccess({ applicationNamespaces: applications });
                const allowed = access.namespaces.map(({ namespace }) => namespace);
                for (const provider of ["kubernetesCRD", "kubernetesGateway"]) {
                    // An empty list would be all namespaces.
                    assert.deepEqual(at(values({ applications }), `providers.${provider}.namespaces`), allowed);
                }
                assert.ok(allowed.includes("edge"));
            }),
        );
    });

    it("has no access by the chart, whose role reads every Secret, and needs none to nodes", () => {
        assert.deepEqual(at(values(), "rbac"), { enabled: false });
        assert.deepEqual(at(values(), "additionalArguments"), [
            "--providers.kubernetescrd.disableClusterScopeResources=true",
        ]);
    });

    it("passes Pod Security restricted", () => {
        assert.equal(at(values(), "securityContext.allowPrivilegeEscalation"), false);
        assert.equal(at(values(), "securityContext.readOnlyRootFilesystem"), true);
        assert.deepEqual(at(values(), "securityContext.capabilities.drop"), ["ALL"]);
        assert.equal(at(values(), "podSecurityContext.runAsNonRoot"), true);
        assert.equal(at(values(), "podSecurityContext.seccompProfile.type"), "RuntimeDefault");
    });

    it("runs the pinned image, an override, or one on another registry", () => {
        assert.deepEqual(at(values(), "image"), {
            registry: "docker.io",
            repository: "library/traefik",
            tag: "v3.6.15",
        });
        const moved = values({ images: { registries: { "docker.io": "mirror.example:5000/hub" } } });
        assert.equal(at(moved, "image.registry"), "mirror.example:5000");
        assert.equal(at(moved, "image.repository"), "hub/library/traefik");
    });

    it("lets a digest ride on the tag, as the chart joins the two with a colon", () => {
        const withBoth = values({ images: { overrides: { traefik: `docker.io/library/traefik:v3.6.15@${DIGEST}` } } });
        assert.equal(at(withBoth, "image.tag"), `v3.6.15@${DIGEST}`);
        const digestOnly = values({ images: { overrides: { traefik: `docker.io/library/traefik@${DIGEST}` } } });
        assert.equal(at(digestOnly, "image.tag"), `v3.6.15@${DIGEST}`);
    });

    it("tells the chart Traefik's version only where the tag does not", () => {
        assert.equal(at(values(), "versionOverride"), undefined);
        const own = values({ images: { overrides: { traefik: "registry.example/traefik:dev" } } });
        assert.equal(at(own, "versionOverride"), "v3.6.15");
    });
});

describe("traefikCrdsValues", () => {
    it("installs Traefik's own kinds and keeps them, since users' routes die with them", () => {
        const { traefik, deleteOnUninstall, hub, knative } = traefikCrdsValues();
        assert.deepEqual(
            { traefik, deleteOnUninstall, hub, knative },
            { traefik: true, deleteOnUninstall: false, hub: false, knative: false },
        );
    });
});
