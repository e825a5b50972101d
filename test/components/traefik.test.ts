import assert from "node:assert/strict";
import { chartSources, chartsOf } from "../../components/config/charts";
import { DEFAULT_LAYERS } from "../../components/config/layers";
import { Traefik } from "../../components/edge/traefik";
import { Namespaces } from "../../components/namespaces/namespaces";
import { Harness, type Registered } from "../helpers/harness";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const MIDDLEWARE = "kubernetes:traefik.io/v1alpha1:Middleware";

interface Options {
    readonly authAddress?: string;
    readonly preview?: boolean;
}

async function build({ authAddress, preview = false }: Options = {}): Promise<{ harness: Harness; traefik: Traefik }> {
    const harness = await Harness.start({ preview });
    const traefik = await harness.run(() => {
        const config = {
            layers: DEFAULT_LAYERS,
            images: { overrides: {}, registries: {}, byTagOnly: false },
            charts: chartSources(chartsOf(DEFAULT_LAYERS), [], "auto", true).sources,
            edge: {
                corsOrigins: ["http://localhost:5173"],
                rateLimit: { average: 100, burst: 50 },
                ...(authAddress === undefined ? {} : { authAddress }),
            },
        };
        const namespaces = new Namespaces("namespaces", { config: { ...config, applicationNamespaces: [] } });
        return new Traefik("traefik", { config, serviceType: "NodePort", namespaces });
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
        assert.deepEqual(release.dependencies, [crds.urn]);
        assert.deepEqual(crds.dependencies, [harness.only("kubernetes:core/v1:Namespace", "namespaces-edge").urn]);
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
