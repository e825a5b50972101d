import assert from "node:assert/strict";
import { Provider } from "@pulumi/kubernetes/provider";
import { chartSources, chartsOf } from "../../components/config/charts";
import type { CiliumConfig } from "../../components/config/schema";
import { Cilium } from "../../components/network/cilium";
import { Harness, promiseOf } from "../helpers/harness";
import { ciliumSettings } from "../helpers/network";

const RELEASE = "kubernetes:helm.sh/v3:Release";

interface Options {
    readonly cilium?: CiliumConfig;
    readonly preview?: boolean;
}

async function build({ cilium, preview = false }: Options = {}): Promise<{ harness: Harness; cilium: Cilium }> {
    const harness = await Harness.start({
        preview,
        stack: "cilium",
        outputs: (args) => (args.type === RELEASE && !preview ? { status: { revision: 3 } } : {}),
    });
    const settings = ciliumSettings(cilium === undefined ? {} : { cilium });
    const config = { ...settings, charts: chartSources(chartsOf(settings.layers), [], "auto", true).sources };
    const made = await harness.run(() => {
        const provider = new Provider("cluster", {});
        return new Cilium("network", { config, serviceType: "NodePort" }, { providers: [provider] });
    });
    return { harness, cilium: made };
}

describe("Cilium", () => {
    it("installs its kinds before itself, both below the component, in kube-system, through the cluster's provider", async () => {
        const { harness } = await build();
        const self = harness.only("hearth:network:Cilium", "network");
        const crds = harness.only(RELEASE, "network-crds");
        const release = harness.only(RELEASE, "network-release");
        const provider = harness.only("pulumi:providers:kubernetes", "cluster");
        for (const { parent, inputs, deleteBeforeReplace, provider: used } of [crds, release]) {
            assert.equal(parent, self.urn);
            assert.equal(inputs["namespace"], "kube-system");
            assert.equal(inputs["createNamespace"], false);
            assert.ok(deleteBeforeReplace);
            assert.ok(used.startsWith(provider.urn));
        }
        assert.deepEqual(release.dependencies, [crds.urn]);
        assert.deepEqual(crds.dependencies, []);
        assert.equal(harness.all(RELEASE).length, 2);
    });

    it("waits for no pod: nodes become Ready through it, and the gate at the end waits for all", async () => {
        const { harness } = await build();
        for (const { inputs } of harness.all(RELEASE)) assert.equal(inputs["skipAwait"], true);
    });

    it("names releases and charts literally, by relative paths", async () => {
        const { harness } = await build();
        const facts = harness.all(RELEASE).map(({ inputs: { name, chart, version } }) => ({ name, chart, version }));
        assert.deepEqual(facts, [
            { name: "cilium-crds", chart: "./test/fixtures/charts/cilium-crds", version: "1.19.6" },
            { name: "cilium", chart: "./test/fixtures/charts/cilium", version: "1.19.6" },
        ]);
    });

    it("gives the chart the settings' choice, and tells it", async () => {
        const { harness } = await build({ cilium: { kubeProxyReplacement: true, l7Proxy: false } });
        const { inputs } = harness.only("hearth:network:Cilium");
        assert.deepEqual(inputs, { version: "1.19.6", kubeProxyReplacement: true, l7Proxy: false });
        const values = harness.only(RELEASE, "network-release").inputs["values"];
        assert.match(JSON.stringify(values), /"kubeProxyReplacement":"true".*"l7Proxy":false/);
        assert.deepEqual(harness.only(RELEASE, "network-crds").inputs["values"], {});
    });

    it("tells policies what they need, and the gate when its pods may have changed", async () => {
        const { harness, cilium } = await build();
        assert.equal(await promiseOf(cilium.crds.urn), harness.only(RELEASE, "network-crds").urn);
        assert.equal(await promiseOf(cilium.rollout.resource.urn), harness.only(RELEASE, "network-release").urn);
        assert.equal(await promiseOf(cilium.rollout.generation), 3);
    });

    it("keeps no secret", async () => {
        const { harness } = await build();
        for (const { secretInputs } of harness.all(RELEASE)) assert.deepEqual(secretInputs, []);
    });

    it("previews with no cluster yet, with every input known", async () => {
        const { harness } = await build({ preview: true });
        for (const { inputs } of harness.all(RELEASE)) {
            assert.ok(!JSON.stringify(inputs).includes("04da6b54-80e4-46f7-96ec-b56ff0331ba9"));
        }
    });
});
