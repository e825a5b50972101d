import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_LAYERS } from "../../components/config/layers";
import { hostPorts } from "../../components/config/ports";
import type { KwokClusterConfig } from "../../components/config/schema";
import { KwokCluster } from "../../components/cluster/kwok-cluster";
import { Harness } from "../helpers/harness";

const COMMAND = "command:local:Command";
const PROVIDER = "pulumi:providers:kubernetes";
const CONFIG: KwokClusterConfig = { provider: "kwok", name: "hearth-dev-fast", workers: 0, cni: "kindnetd" };

async function build(
    config: Partial<KwokClusterConfig> = {},
    options: { readonly preview?: boolean; readonly offset?: number } = {},
): Promise<{ readonly harness: Harness; readonly cluster: KwokCluster }> {
    const harness = await Harness.start({ preview: options.preview ?? false });
    const ports = hostPorts(DEFAULT_LAYERS, options.offset ?? 0);
    const cluster = await harness.run(
        () => new KwokCluster("cluster", { config: { ...CONFIG, ...config }, stack: "dev-fast", ports }),
    );
    return { harness, cluster };
}

describe("a simulated cluster", () => {
    it("says that it is one", async () => {
        const { cluster } = await build();
        assert.equal(cluster.simulated, true);
        assert.equal(cluster.serviceType, "NodePort");
    });

    it("is made and removed by the scripts, replaced by deleting first", async () => {
        const { harness } = await build();
        const identity = harness.only(COMMAND, "cluster-identity");
        assert.equal(identity.inputs["create"], "exec ./components/cluster/scripts/kwok-create.sh");
        assert.equal(identity.inputs["delete"], "exec ./components/cluster/scripts/kwok-delete.sh");
        assert.equal(identity.deleteBeforeReplace, true);
        assert.equal(identity.parent, harness.only("hearth:cluster:KwokCluster").urn);
    });

    it("is replaced when its nodes change, and not when ports move: nothing listens on them", async () => {
        const triggersOf = async (...args: Parameters<typeof build>): Promise<string> =>
            JSON.stringify((await build(...args)).harness.only(COMMAND, "cluster-identity").inputs["triggers"]);
        const before = await triggersOf();
        assert.equal(await triggersOf({}, { offset: 7 }), before);
        assert.notEqual(await triggersOf({ workers: 1 }), before);
        assert.notEqual(await triggersOf({ name: "other" }), before);
    });

    it("names no file of this machine", async () => {
        const { harness } = await build();
        for (const { inputs } of harness.all(COMMAND))
            assert.doesNotMatch(JSON.stringify(inputs), new RegExp(process.cwd()));
    });

    it("keeps its kubeconfig secret, and binds the provider to its identity", async () => {
        const { harness, cluster } = await build();
        const command = harness.only(COMMAND, "cluster-kubeconfig");
        assert.deepEqual(command.secretOutputs, ["stdout", "stderr"]);
        assert.equal(command.inputs["logging"], "none");
        assert.deepEqual(command.inputs["triggers"], ["cluster-identity-id"]);
        assert.equal(await pulumi.isSecret(cluster.kubeconfig), true);
        const provider = harness.only(PROVIDER, "cluster-provider");
        assert.deepEqual(provider.secretInputs, ["kubeconfig"]);
        assert.equal(provider.inputs["clusterIdentifier"], "cluster-identity-id");
    });

    it("can be previewed before it is there", async () => {
        const { harness } = await build({}, { preview: true });
        assert.equal(harness.all(COMMAND).length, 2);
        assert.equal(harness.all(PROVIDER).length, 1);
    });
});
