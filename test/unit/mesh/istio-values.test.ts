import assert from "node:assert/strict";
import type { Layer } from "../../../components/config/layers";
import type { Values } from "../../../components/core/release";
import {
    baseValues,
    cniValues,
    istiodValues,
    TRACING_PROVIDER,
    ztunnelValues,
} from "../../../components/mesh/istio-values";
import { DIGEST } from "../../helpers/observability";
import { istioSettings, SIMULATED_ISTIO } from "../../helpers/mesh-releases";

/** The value at a path of keys. */
function at(values: Values, path: string): unknown {
    return path
        .split(".")
        .reduce<unknown>(
            (inner, key) => (inner !== null && typeof inner === "object" ? Reflect.get(inner, key) : undefined),
            values,
        );
}

const ALL = {
    base: baseValues(istioSettings()),
    istiod: istiodValues(istioSettings()),
    cni: cniValues(istioSettings()),
    ztunnel: ztunnelValues(istioSettings()),
};

describe("values of Istio's charts", () => {
    for (const [chart, values] of Object.entries(ALL)) {
        it(`are those of ambient mode for ${chart}`, () => assert.equal(values["profile"], "ambient"));
    }

    for (const [chart, path, image] of [
        ["istiod", "image", "istio/pilot"],
        ["istiod", "global.proxy.image", "istio/proxyv2"],
        ["cni", "image", "istio/install-cni"],
        ["ztunnel", "image", "istio/ztunnel"],
    ] as const) {
        it(`name the image of ${chart} (${path}) whole, from the registry of images`, () => {
            assert.equal(at(ALL[chart], path), `docker.io/${image}:1.29.6-distroless`);
            const functions = { istiod: istiodValues, cni: cniValues, ztunnel: ztunnelValues };
            assert.equal(at(functions[chart](SIMULATED_ISTIO), path), `mirror.example/hub/${image}:1.29.6-distroless`);
        });
    }

    it("follow an override to a digest", () => {
        const images = { overrides: { "istio-pilot": `r.example/p@${DIGEST}` }, registries: {}, byTagOnly: false };
        assert.equal(istiodValues(istioSettings({ images }))["image"], `r.example/p@${DIGEST}`);
    });

    for (const [chart, path] of [
        ["istiod", "resources"],
        ["istiod", "global.waypoint.resources"],
        ["cni", "resources"],
        ["ztunnel", "resources"],
    ] as const) {
        it(`bound the memory of ${chart} (${path}), and ask for as much as a laptop has`, () => {
            const resources = at(ALL[chart], path) as {
                requests: Record<string, string>;
                limits: Record<string, string>;
            };
            assert.ok(Number.parseInt(resources.requests["memory"] ?? "", 10) <= 192);
            assert.match(resources.requests["memory"] ?? "", /^\d+Mi$/);
            assert.match(resources.requests["cpu"] ?? "", /^\d+m$/);
            assert.match(resources.limits["memory"] ?? "", /^\d+Mi$/);
        });
    }

    it("make one istiod, without anything that would make more or keep it from moving", () => {
        const { istiod } = ALL;
        assert.deepEqual([istiod["autoscaleEnabled"], istiod["replicaCount"]], [false, 1]);
        assert.equal(at(istiod, "global.defaultPodDisruptionBudget.enabled"), false);
    });

    it("give istiod and waypoints the seccomp profile that level `restricted` wants", () => {
        assert.deepEqual(at(ALL.istiod, "gateways.seccompProfile"), { type: "RuntimeDefault" });
        assert.deepEqual(ALL.istiod["seccompProfile"], { type: "RuntimeDefault" });
    });

    it("have objects checked by istiod where one runs, and not where nobody would answer", () => {
        assert.equal(ALL.base["defaultRevision"], "default");
        assert.equal(at(ALL.istiod, "global.configValidation"), true);
        assert.equal(baseValues(SIMULATED_ISTIO)["defaultRevision"], "");
        assert.equal(at(istiodValues(SIMULATED_ISTIO), "global.configValidation"), false);
    });

    it("log requests and everything else as JSON", () => {
        assert.equal(at(ALL.istiod, "meshConfig.accessLogFile"), "/dev/stdout");
        assert.equal(at(ALL.istiod, "meshConfig.accessLogEncoding"), "JSON");
        const json = [at(ALL.istiod, "global.logAsJson"), at(ALL.cni, "global.logAsJson"), ALL.ztunnel["logAsJson"]];
        assert.deepEqual(json, [true, true, true]);
    });

    it("merge slashes and decode them before policies see a path", () => {
        assert.equal(at(ALL.istiod, "meshConfig.pathNormalization.normalization"), "DECODE_AND_MERGE_SLASHES");
    });

    it("send spans to the collector's Service, by the whole name that istiod knows it by", () => {
        assert.deepEqual(at(ALL.istiod, "meshConfig.extensionProviders"), [
            {
                name: TRACING_PROVIDER,
                opentelemetry: { service: "otel-collector.node-agents.svc.cluster.local", port: 4317 },
            },
        ]);
        const without: readonly Layer[] = ["istio"];
        const meshConfig = at(istiodValues(istioSettings({ layers: without })), "meshConfig") as Values;
        assert.equal("extensionProviders" in meshConfig || "enableTracing" in meshConfig, false);
    });

    it("leave names to the cluster's DNS, sidecars' repair out, and IPv6 where it is not", () => {
        assert.equal(at(ALL.cni, "ambient.dnsCapture"), false);
        assert.equal(at(ALL.cni, "repair.enabled"), false);
        assert.equal(at(ALL.cni, "ambient.ipv6"), false);
    });
});
