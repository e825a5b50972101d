import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { STAND_INS_DIR } from "../../../components/config/charts";
import { plaintextPorts } from "../../../components/flows/authorization-policies";
import { workload } from "../../../components/flows/workloads";
import { meshLabels } from "../../../components/mesh/enrolment";
import { TRACING_PROVIDER } from "../../../components/mesh/istio-values";
import { meshTelemetry, peerAuthentications, traefikPlainPorts } from "../../../components/mesh/mesh-policies";
import { simulatedRootCertificate } from "../../../components/mesh/simulated";
import { meshPrincipal } from "../../../components/config/mesh";
import { waypointGateway, waypointOf } from "../../../components/mesh/waypoint-manifests";
import { presetConfig } from "../../helpers/platform";

describe("mutual TLS", () => {
    it("is strict for the whole mesh, by the object that Istio reads for it", () => {
        const [whole, ...rest] = peerAuthentications({ layers: ["istio"] });
        assert.equal(whole?.kind, "PeerAuthentication");
        assert.deepEqual([whole?.metadata.namespace, whole?.metadata.name], ["istio-system", "default"]);
        assert.deepEqual(whole?.spec, { mtls: { mode: "STRICT" } });
        assert.deepEqual(rest, []);
    });

    it("has exceptions for two ports of Traefik's, and keeps its other ports strict", () => {
        const [, edge] = peerAuthentications({ layers: ["istio", "traefik", "prometheus"] });
        assert.equal(edge?.metadata.namespace, "edge");
        assert.deepEqual(edge?.spec, {
            selector: { matchLabels: { "app.kubernetes.io/name": "traefik" } },
            mtls: { mode: "STRICT" },
            portLevelMtls: { "8000": { mode: "PERMISSIVE" }, "9100": { mode: "PERMISSIVE" } },
        });
    });

    it("has none for metrics that nobody scrapes", () => {
        const [, edge] = peerAuthentications({ layers: ["istio", "traefik"] });
        assert.deepEqual(edge?.spec["portLevelMtls"], { "8000": { mode: "PERMISSIVE" } });
    });

    it("has them for the ports that Traefik's chart gives its container", () => {
        const path = join(__dirname, "..", "..", "..", STAND_INS_DIR, "traefik", "values.yaml");
        const { ports } = parse(readFileSync(path, "utf8")) as { ports: Record<string, { port: number }> };
        assert.deepEqual([ports["web"]?.port, ports["metrics"]?.port], traefikPlainPorts({ layers: ["prometheus"] }));
    });

    for (const layers of [
        ["istio", "traefik"],
        ["istio", "traefik", "prometheus"],
    ] as const) {
        it(`has exactly the exceptions that the flows need with ${layers.join(", ")}`, () => {
            const config = { ...presetConfig("full"), layers };
            assert.deepEqual(traefikPlainPorts(config), plaintextPorts(workload("traefik"), config));
        });
    }
});

describe("telemetry of the mesh", () => {
    it("sends every span to the provider of istiod's values", () => {
        const [telemetry, ...rest] = meshTelemetry({ layers: ["istio", "otel-collector"] });
        assert.deepEqual(rest, []);
        assert.equal(telemetry?.metadata.namespace, "istio-system");
        assert.deepEqual(telemetry?.spec, {
            tracing: [{ providers: [{ name: TRACING_PROVIDER }], randomSamplingPercentage: 100 }],
        });
    });

    it("names no provider where there is no collector", () => {
        assert.deepEqual(meshTelemetry({ layers: ["istio"] }), []);
    });
});

describe("a waypoint", () => {
    it("is for the Services of its namespace, on the mesh's port", () => {
        const { kind, metadata, spec } = waypointGateway("apps");
        assert.equal(kind, "Gateway");
        assert.deepEqual([metadata.namespace, metadata.name], ["apps", "waypoint"]);
        assert.equal(metadata.labels?.["istio.io/waypoint-for"], "service");
        assert.equal(spec["gatewayClassName"], "istio-waypoint");
        const [listener, ...others] = spec["listeners"] as readonly Record<string, unknown>[];
        assert.deepEqual(others, []);
        assert.deepEqual([listener?.["port"], listener?.["protocol"]], [15008, "HBONE"]);
        assert.deepEqual(listener?.["allowedRoutes"], { namespaces: { from: "Same" } });
    });

    it("is somebody in the mesh, in each namespace somebody else", () => {
        assert.deepEqual(waypointOf("apps"), {
            namespace: "apps",
            name: "waypoint",
            principal: "cluster.local/ns/apps/sa/waypoint",
        });
        assert.notEqual(waypointOf("shop").principal, waypointOf("apps").principal);
        assert.equal(meshPrincipal("edge", "traefik"), "cluster.local/ns/edge/sa/traefik");
    });
});

describe("labels of a namespace", () => {
    const config = { layers: ["istio", "traefik"], applicationNamespaces: ["apps"] } as const;

    it("take the edge and the applications into the mesh, the latter by their waypoint", () => {
        assert.deepEqual(meshLabels("edge", config), { "istio.io/dataplane-mode": "ambient" });
        assert.deepEqual(meshLabels("apps", config), {
            "istio.io/dataplane-mode": "ambient",
            "istio.io/use-waypoint": "waypoint",
        });
    });

    it("leave all others out, and everybody where there is no mesh", () => {
        for (const name of ["observability", "istio-system", "users", "storage"]) {
            assert.deepEqual(meshLabels(name, config), {});
        }
        for (const name of ["edge", "apps"]) {
            assert.deepEqual(meshLabels(name, { ...config, layers: ["traefik"] }), {});
        }
    });
});

describe("the root certificate of the simulated cluster", () => {
    it("has the name and key that ztunnel's pods mount, and says that it is none", () => {
        const { metadata, data } = simulatedRootCertificate("istio-system");
        assert.deepEqual([metadata.namespace, metadata.name], ["istio-system", "istio-ca-root-cert"]);
        assert.match(data["root-cert.pem"] ?? "", /simulated/);
        assert.doesNotMatch(data["root-cert.pem"] ?? "", /BEGIN/);
    });
});
