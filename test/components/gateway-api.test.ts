import assert from "node:assert/strict";
import { chartSources } from "../../components/config/charts";
import { GatewayApi } from "../../components/gateway-api/gateway-api";
import { Harness } from "../helpers/harness";

const RELEASE = "kubernetes:helm.sh/v3:Release";

async function build(preview = false): Promise<{ readonly harness: Harness; readonly made: GatewayApi }> {
    const harness = await Harness.start({ preview });
    const charts = chartSources(["gateway-api"], [], "auto", true).sources;
    const made = await harness.run(() => new GatewayApi("gateway-api", { config: { charts } }));
    return { harness, made };
}

describe("GatewayApi", () => {
    it("installs the kinds once, as one release below itself, from a relative path", async () => {
        const { harness } = await build();
        const release = harness.only(RELEASE);
        assert.equal(release.parent, harness.only("hearth:gateway-api:GatewayApi").urn);
        const { name, chart, version, skipCrds, skipAwait } = release.inputs;
        assert.deepEqual(
            { name, chart, version, skipCrds, skipAwait },
            {
                name: "gateway-api",
                chart: "./test/fixtures/charts/gateway-api",
                version: "1.4.1",
                skipCrds: false,
                skipAwait: true,
            },
        );
    });

    it("keeps its record where neither the edge nor the mesh has to be, and waits for neither", async () => {
        const { harness } = await build();
        const release = harness.only(RELEASE);
        assert.equal(release.inputs["namespace"], "kube-system");
        assert.equal(release.inputs["createNamespace"], false);
        assert.deepEqual(release.dependencies, []);
    });

    it("is refused where no layer needs its chart, as a mistake of the program", async () => {
        const harness = await Harness.start();
        await harness.run(() => {
            assert.throws(() => new GatewayApi("gateway-api", { config: { charts: {} } }), /gateway-api/);
        });
    });

    it("tells its version, and is whole in a preview without a cluster", async () => {
        const { harness, made } = await build(true);
        assert.deepEqual(harness.only("hearth:gateway-api:GatewayApi").inputs, { version: "v1.4.1" });
        assert.ok(made.crds !== undefined);
        assert.equal(harness.only(RELEASE).inputs["name"], "gateway-api");
    });
});
