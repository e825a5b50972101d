import assert from "node:assert/strict";
import { traefikValues } from "../../../components/edge/traefik-values";
import { flowsOf } from "../../../components/flows/flows";
import { istiodValues } from "../../../components/mesh/istio-values";
import { collectorConfig } from "../../../components/observability/collector-config";
import { grafanaValues } from "../../../components/observability/grafana-values";
import { lokiValues } from "../../../components/observability/loki-values";
import { prometheusValues } from "../../../components/observability/prometheus-values";
import { tempoValues } from "../../../components/observability/tempo-values";
import { STORE } from "../../helpers/observability";
import { presetConfig } from "../../helpers/platform";

const CONFIG = presetConfig("full");
const SECRET = { name: "secret", checksum: "" };

/** Whoever is told an address, and everything that it is told. */
const TOLD: Readonly<Record<string, unknown>> = {
    prometheus: prometheusValues(CONFIG, "NodePort"),
    grafana: grafanaValues(CONFIG, { serviceType: "NodePort", secret: SECRET }),
    loki: lokiValues(CONFIG, { store: STORE, secret: SECRET }),
    tempo: tempoValues(CONFIG, { store: STORE, secret: SECRET }),
    "otel-collector": collectorConfig(CONFIG, "node-agents"),
    traefik: traefikValues(CONFIG, "NodePort"),
    // What istiod is told of the collector, it tells waypoints.
    "waypoint-apps": istiodValues(CONFIG),
};

/** Port of the pod behind a Service's port, where they differ. */
const BEHIND: Readonly<Record<string, string>> = { "grafana:80": "grafana:3000", "garage-admin:3903": "garage:3903" };

/** `name:port` of the Services of the cluster that are named somewhere, by their pods' name and port. */
function addressesIn(told: unknown): readonly string[] {
    const text = JSON.stringify(told);
    const joined = [...text.matchAll(/([a-z-]+)\.[a-z-]+\.svc(?:\.cluster\.local)?:(\d+)/g)];
    const apart = [...text.matchAll(/"service":"([a-z-]+)\.[a-z-]+\.svc\.cluster\.local","port":(\d+)/g)];
    const found = [...joined, ...apart].map(([, name = "", port = ""]) => `${name}:${port}`);
    return [...new Set(found.map((address) => BEHIND[address] ?? address))].sort();
}

describe("every address that a program is told", () => {
    const flows = flowsOf(CONFIG);

    for (const [id, told] of Object.entries(TOLD)) {
        it(`has a flow from ${id}`, () => {
            const allowed = flows
                .filter(({ from }) => from.kind === "workload" && from.workload.id === id)
                .flatMap(({ to, ports }) =>
                    to.kind === "workload" && ports !== "any" ? ports.map((port) => `${to.workload.id}:${port}`) : [],
                );
            const addresses = addressesIn(told);
            assert.ok(addresses.length > 0, "nothing was found to check");
            // They are names.
            assert.ok(allowed.includes("coredns:53"));
            assert.deepEqual(
                addresses.filter((address) => !allowed.includes(address)),
                [],
            );
        });
    }

    it("is found in the ways in which they are written", () => {
        assert.deepEqual(
            addressesIn({ url: "http://grafana.observability.svc:80/x", at: "loki.observability.svc:3100" }),
            ["grafana:3000", "loki:3100"],
        );
        assert.deepEqual(addressesIn({ service: "otel-collector.node-agents.svc.cluster.local", port: 4317 }), [
            "otel-collector:4317",
        ]);
    });
});
