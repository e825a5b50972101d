import assert from "node:assert/strict";
import { chartSources, chartsOf } from "../../components/config/charts";
import type { Layer } from "../../components/config/layers";
import type { ClusterConfig } from "../../components/config/schema";
import { GatewayApi } from "../../components/gateway-api/gateway-api";
import { Istio } from "../../components/mesh/istio";
import { MeshPolicy } from "../../components/mesh/mesh-policy";
import { Waypoint } from "../../components/mesh/waypoint";
import { Namespaces } from "../../components/namespaces/namespaces";
import { Harness, promiseOf } from "../helpers/harness";
import { EXISTING, PINNED } from "../helpers/observability";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const NAMESPACE = "kubernetes:core/v1:Namespace";
const GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway";
const PEERS = "kubernetes:security.istio.io/v1:PeerAuthentication";
const TELEMETRY = "kubernetes:telemetry.istio.io/v1:Telemetry";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";

const LAYERS: readonly Layer[] = ["istio", "traefik", "otel-collector"];
const KWOK: ClusterConfig = { provider: "kwok", name: "hearth-full", workers: 0, cni: "cilium" };

interface Options {
    readonly layers?: readonly Layer[];
    readonly cluster?: ClusterConfig;
    readonly preview?: boolean;
}

interface Built {
    readonly harness: Harness;
    readonly istio: Istio;
    readonly waypoint: Waypoint;
}

async function build({ layers = LAYERS, cluster = KWOK, preview = false }: Options = {}): Promise<Built> {
    const outputs = (args: { readonly type: string }): Record<string, unknown> =>
        args.type === RELEASE && !preview ? { status: { status: "deployed", revision: 3 } } : {};
    const harness = await Harness.start({ preview, outputs });
    const made = await harness.run(() => {
        const charts = chartSources(chartsOf(layers), [], "auto", true).sources;
        const config = { layers, cluster, images: PINNED, charts, applicationNamespaces: ["apps"] };
        const namespaces = new Namespaces("namespaces", { config });
        const gatewayApi = new GatewayApi("gateway-api", { config });
        const istio = new Istio("istio", { config, namespaces, gatewayApi });
        new MeshPolicy("mesh-policy", { config, namespaces, istio });
        const waypoint = new Waypoint("waypoint-apps", { namespace: "apps", namespaces, gatewayApi });
        return { istio, waypoint };
    });
    return { harness, ...made };
}

describe("Istio", () => {
    it("installs four releases below itself, under the names that upstream's docs give them", async () => {
        const { harness } = await build();
        const self = harness.only("hearth:mesh:Istio");
        const releases = harness.all(RELEASE).filter(({ parent }) => parent === self.urn);
        assert.deepEqual(Object.fromEntries(releases.map(({ name, inputs }) => [name, inputs["name"]])), {
            "istio-base": "istio-base",
            "istio-istiod": "istiod",
            "istio-cni": "istio-cni",
            "istio-ztunnel": "ztunnel",
        });
        for (const { inputs, deleteBeforeReplace } of releases) {
            assert.equal(inputs["namespace"], "istio-system");
            assert.equal(inputs["version"], "1.29.6");
            assert.equal(inputs["skipAwait"], true);
            assert.match(String(inputs["chart"]), /^\.\/test\/fixtures\/charts\//);
            assert.ok(deleteBeforeReplace);
        }
    });

    it("waits for kinds where they are needed, and for nothing else", async () => {
        const { harness } = await build({ cluster: EXISTING });
        const urn = (name: string): string => harness.only(RELEASE, name).urn;
        const namespace = harness.only(NAMESPACE, "namespaces-istio-system").urn;
        const needs = (name: string): readonly string[] => harness.only(RELEASE, name).dependencies;
        assert.deepEqual(needs("istio-base"), [namespace]);
        assert.deepEqual([...needs("istio-istiod")].sort(), [urn("istio-base"), urn("gateway-api-release")].sort());
        assert.deepEqual(needs("istio-cni"), [namespace]);
        assert.deepEqual(needs("istio-ztunnel"), [namespace]);
    });

    it("plays istiod's part for ztunnel's pods where no istiod runs, and only there", async () => {
        const { harness } = await build();
        const certificate = harness.only(CONFIG_MAP);
        assert.deepEqual(certificate.inputs["metadata"], {
            name: "istio-ca-root-cert",
            namespace: "istio-system",
            labels: (certificate.inputs["metadata"] as { labels: unknown }).labels,
        });
        assert.ok(harness.only(RELEASE, "istio-ztunnel").dependencies.includes(certificate.urn));
        const real = await build({ cluster: EXISTING });
        assert.deepEqual(real.harness.all(CONFIG_MAP), []);
    });

    it("has the gate watch what makes pods: istiod, the CNI agent, ztunnel", async () => {
        const { harness, istio } = await build();
        const watched = await Promise.all(istio.rollouts.map(({ resource }) => promiseOf(resource.urn)));
        assert.deepEqual(
            watched,
            ["istio-istiod", "istio-cni", "istio-ztunnel"].map((name) => harness.only(RELEASE, name).urn),
        );
        assert.deepEqual(await Promise.all(istio.rollouts.map(({ generation }) => promiseOf(generation))), [3, 3, 3]);
    });

    it("tells whether it is simulated", async () => {
        const { harness } = await build();
        assert.deepEqual(harness.only("hearth:mesh:Istio").inputs, { version: "1.29.6", simulated: true });
        const real = await build({ cluster: EXISTING });
        assert.deepEqual(real.harness.only("hearth:mesh:Istio").inputs, { version: "1.29.6", simulated: false });
    });
});

describe("MeshPolicy", () => {
    it("makes its objects once their kinds are there, and without waiting for istiod", async () => {
        const { harness } = await build();
        const base = harness.only(RELEASE, "istio-base").urn;
        const istiod = harness.only(RELEASE, "istio-istiod").urn;
        const self = harness.only("hearth:mesh:MeshPolicy").urn;
        const objects = [...harness.all(PEERS), ...harness.all(TELEMETRY)];
        assert.deepEqual(objects.map(({ name }) => name).sort(), [
            "mesh-policy-peerauthentication-default",
            "mesh-policy-peerauthentication-traefik",
            "mesh-policy-telemetry-default",
        ]);
        for (const { parent, dependencies, inputs } of objects) {
            assert.equal(parent, self);
            assert.ok(dependencies.includes(base));
            assert.ok(!dependencies.includes(istiod));
            const { namespace } = inputs["metadata"] as { namespace: string };
            assert.ok(dependencies.includes(harness.only(NAMESPACE, `namespaces-${namespace}`).urn));
        }
    });

    it("makes no exception for an edge that is not there, and names no collector that is not", async () => {
        const { harness } = await build({ layers: ["istio"] });
        assert.deepEqual(
            harness.all(PEERS).map(({ name }) => name),
            ["mesh-policy-peerauthentication-default"],
        );
        assert.deepEqual(harness.all(TELEMETRY), []);
    });
});

describe("Waypoint", () => {
    it("is a Gateway in its namespace, as soon as the kind is there", async () => {
        const { harness, waypoint } = await build();
        const gateway = harness.only(GATEWAY);
        assert.equal(gateway.parent, harness.only("hearth:mesh:Waypoint").urn);
        assert.deepEqual(
            [...gateway.dependencies].sort(),
            [harness.only(RELEASE, "gateway-api-release").urn, harness.only(NAMESPACE, "namespaces-apps").urn].sort(),
        );
        assert.equal((gateway.inputs["metadata"] as { namespace: string }).namespace, "apps");
        assert.deepEqual(
            [waypoint.namespace, waypoint.name, waypoint.principal],
            ["apps", "waypoint", "cluster.local/ns/apps/sa/waypoint"],
        );
    });
});

describe("the mesh in a first preview", () => {
    it("has every input known, whatever the cluster will be", async () => {
        const { harness } = await build({ preview: true });
        const ours = harness.resources.filter(({ custom }) => custom);
        assert.ok(ours.length > 10);
        const inputs = JSON.stringify(ours.map((resource) => resource.inputs));
        assert.doesNotMatch(inputs, /04da6b54-80e4-46f7-96ec-b56ff0331ba9|__pulumiUnknown/);
    });
});
