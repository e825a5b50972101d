import assert from "node:assert/strict";
import type { Layer } from "../../components/config/layers";
import { Prometheus } from "../../components/observability/prometheus";
import { assertRelease, runComponent, told, waitsFor } from "../helpers/observability-components";
import { at, without } from "../helpers/observability";

const ROLE = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole";
const BINDING = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding";

function run(options: { readonly preview?: boolean; readonly layers?: readonly Layer[] } = {}) {
    const { layers, preview = false } = options;
    return runComponent("prometheus", (given) => new Prometheus("prometheus", given), {
        preview,
        ...(layers === undefined ? {} : { settings: { layers } }),
    });
}

describe("Prometheus", () => {
    it("installs one release below itself, named literally, from a relative path", async () => {
        assertRelease(await run(), "hearth:observability:Prometheus", "prometheus", "29.27.0");
    });

    it("waits for its namespaces, its access and Garage's token, and for nobody's pods", async () => {
        assert.deepEqual(waitsFor(await run()), [
            "ClusterRoleBinding prometheus-kube-state-metrics-binding",
            "ClusterRoleBinding prometheus-prometheus-binding",
            "Namespace namespaces-node-agents",
            "Namespace namespaces-observability",
            "Secret credentials-garage-metrics",
        ]);
    });

    it("waits for nothing that belongs to a layer that is off", async () => {
        const alone = await run({ layers: ["prometheus", "grafana"] });
        assert.deepEqual(waitsFor(alone), [
            "ClusterRoleBinding prometheus-prometheus-binding",
            "Namespace namespaces-observability",
        ]);
    });

    it("makes roles below itself, each before what binds it", async () => {
        const { harness } = await run();
        const self = harness.only("hearth:observability:Prometheus");
        for (const account of ["prometheus", "kube-state-metrics"]) {
            const role = harness.only(ROLE, `prometheus-${account}-role`);
            const binding = harness.only(BINDING, `prometheus-${account}-binding`);
            assert.equal(role.parent, self.urn);
            assert.deepEqual(binding.dependencies, [role.urn]);
        }
    });

    it("makes no role for a program that is off", async () => {
        const { harness } = await run({ layers: without("kube-state-metrics") });
        assert.equal(harness.all(ROLE).length, 1);
    });

    it("tells no credential", async () => {
        assert.deepEqual(told(await run()), []);
    });

    it("says where it is, and how it is exposed", async () => {
        const { made, harness } = await run();
        assert.equal(made.url, "http://prometheus.observability.svc:9090");
        assert.equal(harness.only("hearth:observability:Prometheus").inputs["serviceType"], "NodePort");
    });

    it("previews with no cluster yet, with every value known", async () => {
        const { release } = await run({ preview: true });
        assert.ok(!JSON.stringify(release.inputs).includes("04da6b54-80e4-46f7-96ec-b56ff0331ba9"));
        assert.equal(at(release.inputs["values"], "server/fullnameOverride"), "prometheus");
    });
});
