import assert from "node:assert/strict";
import { chartSources, chartsOf } from "../../components/config/charts";
import { DEFAULT_LAYERS } from "../../components/config/layers";
import { Traefik } from "../../components/edge/traefik";
import { GatewayApi } from "../../components/gateway-api/gateway-api";
import { Namespaces } from "../../components/namespaces/namespaces";
import { Harness, type Registered } from "../helpers/harness";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const MIDDLEWARE = "kubernetes:traefik.io/v1alpha1:Middleware";
const RBAC = "kubernetes:rbac.authorization.k8s.io/v1:";
const GATEWAY_API = "kubernetes:gateway.networking.k8s.io/v1:";
const NAMESPACE = "kubernetes:core/v1:Namespace";

interface Options {
    readonly authAddress?: string;
    readonly preview?: boolean;
    readonly applications?: readonly string[];
}

async function build(options: Options = {}): Promise<{ harness: Harness; traefik: Traefik }> {
    const { authAddress, preview = false, applications = ["apps"] } = options;
    const harness = await Harness.start({ preview });
    const traefik = await harness.run(() => {
        const config = {
            layers: DEFAULT_LAYERS,
            images: { overrides: {}, registries: {}, byTagOnly: false },
            charts: chartSources([...chartsOf(DEFAULT_LAYERS), "gateway-api"], [], "auto", true).sources,
            applicationNamespaces: applications,
            edge: {
                corsOrigins: ["http://localhost:5173"],
                rateLimit: { average: 100, burst: 50 },
                ...(authAddress === undefined ? {} : { authAddress }),
            },
        };
        const namespaces = new Namespaces("namespaces", { config });
        const gatewayApi = new GatewayApi("gateway-api", { config });
        return new Traefik("traefik", { config, serviceType: "NodePort", namespaces, gatewayApi });
    });
    return { harness, traefik };
}

function nameOf(resource: Registered): unknown {
    const metadata = resource.inputs["metadata"];
    return metadata !== null && typeof metadata === "object" && "name" in metadata ? metadata.name : undefined;
}

describe("Traefik", () => {
    it("installs its kinds before itself, both below the component, in namespace edge", async () => {
        const { harness } = await build();
        const self = harness.only("hearth:edge:Traefik");
        const crds = harness.only(RELEASE, "traefik-crds");
        const release = harness.only(RELEASE, "traefik-release");
        for (const { parent, inputs, deleteBeforeReplace } of [crds, release]) {
            assert.equal(parent, self.urn);
            assert.equal(inputs["namespace"], "edge");
            assert.equal(inputs["createNamespace"], false);
            assert.equal(inputs["skipAwait"], true);
            assert.ok(deleteBeforeReplace);
        }
        assert.deepEqual(crds.dependencies, [harness.only(NAMESPACE, "namespaces-edge").urn]);
    });

    it("starts once all kinds of its routes are there and it may list them, and waits for nothing else", async () => {
        const { harness } = await build({ applications: ["apps", "shop"] });
        const needs = [
            harness.only(RELEASE, "traefik-crds"),
            harness.only(RELEASE, "gateway-api-release"),
            harness.only(`${RBAC}ClusterRoleBinding`),
            ...harness.all(`${RBAC}RoleBinding`),
        ].map(({ urn }) => urn);
        assert.equal(needs.length, 6);
        assert.deepEqual([...harness.only(RELEASE, "traefik-release").dependencies].sort(), needs.sort());
    });

    it("makes each role below itself, in a namespace that is there, and before what binds it", async () => {
        const { harness } = await build();
        const self = harness.only("hearth:edge:Traefik");
        const clusterRole = harness.only(`${RBAC}ClusterRole`);
        assert.equal(clusterRole.parent, self.urn);
        assert.deepEqual(harness.only(`${RBAC}ClusterRoleBinding`).dependencies, [clusterRole.urn]);
        for (const namespace of ["edge", "apps"]) {
            const role = harness.only(`${RBAC}Role`, `traefik-role-${namespace}`);
            assert.equal(role.parent, self.urn);
            assert.deepEqual(role.dependencies, [harness.only(NAMESPACE, `namespaces-${namespace}`).urn]);
            const binding = harness.only(`${RBAC}RoleBinding`, `traefik-binding-${namespace}`);
            assert.deepEqual(binding.dependencies, [role.urn]);
        }
        assert.equal(harness.all(`${RBAC}Role`).length, 2);
    });

    it("makes its class and its gateway as soon as their kinds exist, without waiting for Traefik", async () => {
        const { harness, traefik } = await build();
        const self = harness.only("hearth:edge:Traefik");
        const kinds = harness.only(RELEASE, "gateway-api-release").urn;
        const namespace = harness.only(NAMESPACE, "namespaces-edge").urn;
        const made = {
            class: harness.only(`${GATEWAY_API}GatewayClass`),
            gateway: harness.only(`${GATEWAY_API}Gateway`),
        };
        assert.deepEqual(made.class.dependencies, [kinds]);
        assert.deepEqual([...made.gateway.dependencies].sort(), [kinds, namespace].sort());
        for (const { parent } of Object.values(made)) assert.equal(parent, self.urn);
        assert.equal(nameOf(made.gateway), traefik.gateway);
    });

    it("leaves the chart's own crds folder out, and only there", async () => {
        const { harness } = await build();
        assert.equal(harness.only(RELEASE, "traefik-release").inputs["skipCrds"], true);
        assert.equal(harness.only(RELEASE, "traefik-crds").inputs["skipCrds"], false);
    });

    it("names releases and charts literally, by relative paths", async () => {
        const { harness } = await build();
        const { name, chart, version } = harness.only(RELEASE, "traefik-release").inputs;
        assert.deepEqual(
            { name, chart, version },
            { name: "traefik", chart: "./test/fixtures/charts/traefik", version: "39.0.9" },
        );
    });

    it("makes middlewares as soon as their kind exists, without waiting for Traefik", async () => {
        const { harness, traefik } = await build();
        const made = harness.all(MIDDLEWARE);
        assert.deepEqual(made.map(nameOf).sort(), ["cors", "rate-limit", "retry"]);
        assert.deepEqual([...traefik.middlewares].sort(), ["cors", "rate-limit", "retry"]);
        const crds = harness.only(RELEASE, "traefik-crds");
        for (const middleware of made) assert.deepEqual(middleware.dependencies, [crds.urn]);
    });

    it("makes auth only where there is an address to ask", async () => {
        const { harness } = await build({ authAddress: "http://auth.apps.svc:8090/verify" });
        assert.ok(harness.all(MIDDLEWARE).some((middleware) => nameOf(middleware) === "auth"));
    });

    it("previews with no cluster yet, with every input known", async () => {
        const { harness } = await build({ preview: true });
        assert.equal(harness.all(MIDDLEWARE).length, 3);
        const release = harness.only(RELEASE, "traefik-release");
        assert.ok(!JSON.stringify(release.inputs).includes("04da6b54-80e4-46f7-96ec-b56ff0331ba9"));
    });
});
