import assert from "node:assert/strict";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Provider } from "@pulumi/kubernetes/provider";
import { authorizationPolicies } from "../../components/flows/authorization-policies";
import { ciliumPolicies } from "../../components/flows/cilium-policies";
import { networkPolicies } from "../../components/flows/network-policies";
import { Policies } from "../../components/flows/policies";
import { Namespaces } from "../../components/namespaces/namespaces";
import { Harness, type Registered } from "../helpers/harness";
import { at } from "../helpers/observability";
import { presetConfig } from "../helpers/platform";

const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const CILIUM = "kubernetes:cilium.io/v2:CiliumNetworkPolicy";
const CLUSTERWIDE = "kubernetes:cilium.io/v2:CiliumClusterwideNetworkPolicy";
const MESH = "kubernetes:security.istio.io/v1:AuthorizationPolicy";

async function build(mode: "dev-fast" | "cilium" | "full", preview = false): Promise<Harness> {
    const harness = await Harness.start({ stack: mode, preview });
    const config = presetConfig(mode);
    await harness.run(() => {
        const provider = new Provider("provider", {});
        const opts = { providers: [provider] };
        const namespaces = new Namespaces("namespaces", { config }, opts);
        // They stand for the charts that bring the kinds.
        const [cilium, istio] = ["cilium-kinds", "istio-kinds"].map((name) => new ConfigMap(name, {}, { provider }));
        return new Policies(
            "policies",
            { config, namespaces, after: { ...(cilium && { cilium }), ...(istio && { istio }) } },
            opts,
        );
    });
    return harness;
}

function policiesIn(harness: Harness): readonly Registered[] {
    return harness.resources.filter(({ type }) => [NETWORK_POLICY, CILIUM, CLUSTERWIDE, MESH].includes(type));
}

function urnOf(harness: Harness, name: string): string {
    const found = harness.resources.find((resource) => resource.name === name);
    if (found === undefined) throw new Error(`nothing is called ${name}`);
    return found.urn;
}

describe("Policies", () => {
    it("makes Kubernetes' kind alone without Cilium: every object as it is rendered, by its name", async () => {
        const harness = await build("dev-fast");
        const rendered = networkPolicies(presetConfig("dev-fast"));
        const made = harness.all(NETWORK_POLICY);
        assert.deepEqual(
            made.map(({ name }) => name).sort(),
            rendered.map(({ metadata }) => `policies-${metadata.namespace}-${metadata.name}`).sort(),
        );
        for (const { metadata, spec } of rendered) {
            const { inputs } = harness.only(NETWORK_POLICY, `policies-${metadata.namespace}-${metadata.name}`);
            assert.deepEqual(inputs["spec"], spec);
            assert.deepEqual(inputs["metadata"], metadata);
        }
        assert.equal(policiesIn(harness).length, made.length);
    });

    it("makes Cilium's kind with Cilium, and none of Kubernetes'", async () => {
        const harness = await build("cilium");
        assert.equal(harness.all(CILIUM).length, ciliumPolicies(presetConfig("cilium")).length);
        assert.equal(policiesIn(harness).length, harness.all(CILIUM).length);
    });

    it("makes the mesh's on top in full, and one policy of the whole cluster", async () => {
        const harness = await build("full");
        const config = presetConfig("full");
        assert.equal(harness.all(CILIUM).length + harness.all(CLUSTERWIDE).length, ciliumPolicies(config).length);
        assert.deepEqual(
            harness.all(MESH).map(({ name }) => name),
            authorizationPolicies(config).map(({ metadata }) => `policies-mesh-edge-${metadata.name}`),
        );
        const probes = harness.only(CLUSTERWIDE);
        assert.equal(probes.name, "policies-allow-ambient-hostprobes");
        assert.equal(at(probes.inputs, "metadata/namespace"), undefined);
        assert.equal(harness.all(NETWORK_POLICY).length, 0);
    });

    it("puts them below itself, on the cluster's provider", async () => {
        const harness = await build("full");
        const self = harness.only("hearth:flows:Policies");
        const provider = harness.only("pulumi:providers:kubernetes");
        for (const policy of policiesIn(harness)) {
            assert.equal(policy.parent, self.urn, policy.name);
            assert.ok(policy.provider.startsWith(provider.urn), policy.name);
        }
        assert.deepEqual(self.inputs, { enforcer: "Cilium", networkPolicies: 33, meshPolicies: 2 });
    });

    it("waits for namespace and kind, and for nothing else", async () => {
        const harness = await build("full");
        const needs = (name: string): readonly string[] =>
            [...(policiesIn(harness).find((policy) => policy.name === name)?.dependencies ?? [])].sort();
        const urns = (...names: readonly string[]): readonly string[] =>
            names.map((name) => urnOf(harness, name)).sort();
        assert.deepEqual(needs("policies-storage-garage"), urns("namespaces-storage", "cilium-kinds"));
        assert.deepEqual(needs("policies-apps-waypoint"), urns("namespaces-apps", "cilium-kinds"));
        assert.deepEqual(needs("policies-mesh-edge-traefik"), urns("namespaces-edge", "istio-kinds"));
        assert.deepEqual(needs("policies-kube-system-hubble-ui"), urns("cilium-kinds"));
        assert.deepEqual(needs("policies-allow-ambient-hostprobes"), urns("cilium-kinds"));
        const plain = await build("dev-fast");
        const policy = plain.only(NETWORK_POLICY, "policies-edge-traefik");
        assert.deepEqual(policy.dependencies, [urnOf(plain, "namespaces-edge")]);
    });

    it("is the same in a first preview, since all of it is known beforehand", async () => {
        const [first, real] = [await build("full", true), await build("full")];
        const inputs = (harness: Harness): unknown => policiesIn(harness).map(({ name, inputs }) => [name, inputs]);
        assert.deepEqual(inputs(first), inputs(real));
    });
});
