import assert from "node:assert/strict";
import { DEFAULT_LAYERS } from "../../components/config/layers";
import { Collector, type CollectorArgs } from "../../components/observability/collector";
import { Namespaces } from "../../components/namespaces/namespaces";
import { Harness } from "../helpers/harness";

const TYPES = {
    account: "kubernetes:core/v1:ServiceAccount",
    role: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    binding: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    config: "kubernetes:core/v1:ConfigMap",
    daemonset: "kubernetes:apps/v1:DaemonSet",
    service: "kubernetes:core/v1:Service",
} as const;

const CONFIG: CollectorArgs["config"] = {
    layers: DEFAULT_LAYERS,
    cluster: { provider: "kwok", name: "hearth-dev-fast", workers: 0, cni: "kindnetd" },
    collector: "own",
    images: { overrides: {}, registries: {}, byTagOnly: false },
};

async function build(preview = false): Promise<{ readonly harness: Harness; readonly collector: Collector }> {
    const harness = await Harness.start({ preview });
    const collector = await harness.run(() => {
        const namespaces = new Namespaces("namespaces", { config: { ...CONFIG, applicationNamespaces: [] } });
        return new Collector("collector", { config: CONFIG, namespaces });
    });
    return { harness, collector };
}

describe("Collector", () => {
    it("makes its six objects below itself, under its own name, and nothing else", async () => {
        const { harness } = await build();
        const self = harness.only("hearth:observability:Collector");
        const own = harness.resources.filter(({ parent }) => parent === self.urn);
        assert.deepEqual(
            own.map(({ type, name }) => [type, name]).sort(),
            Object.entries(TYPES)
                .map(([role, type]) => [type, `collector-${role}`])
                .sort(),
        );
        assert.deepEqual(self.inputs, { image: "hearth.local/otel-collector:0.159.0" });
    });

    it("comes after its namespace, and its pods after all that they need to start", async () => {
        const { harness } = await build();
        const urn = (role: keyof typeof TYPES): string => harness.only(TYPES[role]).urn;
        const namespace = harness.only("kubernetes:core/v1:Namespace", "namespaces-node-agents").urn;
        for (const role of ["account", "config", "service"] as const) {
            assert.deepEqual(harness.only(TYPES[role]).dependencies, [namespace], role);
        }
        assert.deepEqual(harness.only(TYPES.role).dependencies, []);
        assert.deepEqual(harness.only(TYPES.binding).dependencies, [urn("role")]);
        const needs = [urn("account"), urn("binding"), urn("config")];
        assert.deepEqual([...harness.only(TYPES.daemonset).dependencies].sort(), needs.sort());
    });

    it("has nothing secret and protects nothing", async () => {
        const { harness } = await build();
        for (const resource of harness.resources) {
            assert.deepEqual(resource.secretInputs, [], resource.name);
            assert.deepEqual(resource.secretOutputs, [], resource.name);
            assert.equal(resource.protect, false);
        }
    });

    it("knows every name and its address in a preview without a cluster", async () => {
        const { harness, collector } = await build(true);
        assert.equal(collector.otlpGrpc, "otel-collector.node-agents.svc:4317");
        for (const type of Object.values(TYPES)) {
            const { name } = harness.only(type).inputs["metadata"] as { readonly name: string };
            assert.match(name, /^otel-collector/);
        }
    });

    it("is refused without its namespace, as a mistake of the program", async () => {
        const harness = await Harness.start();
        await harness.run(() => {
            const namespaces = new Namespaces("namespaces", {
                config: { layers: ["prometheus"], applicationNamespaces: [] },
            });
            assert.throws(() => new Collector("collector", { config: CONFIG, namespaces }), /nodeAgents/);
        });
    });
});
