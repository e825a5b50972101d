import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { blueprintOf } from "../../components/cluster/blueprint";
import type { Cluster } from "../../components/cluster/cluster";
import { createCluster } from "../../components/cluster/create-cluster";
import { ExistingCluster } from "../../components/cluster/existing-cluster";
import { KindCluster } from "../../components/cluster/kind-cluster";
import { KwokCluster } from "../../components/cluster/kwok-cluster";
import type { ClusterRecord } from "../../components/cluster/record";
import type { ClusterConfig, ExistingClusterConfig } from "../../components/config/schema";
import { Harness } from "../helpers/harness";
import { kindClusterConfig } from "../helpers/kind-config";

const PROVIDER = "pulumi:providers:kubernetes";

const CONFIG: ExistingClusterConfig = {
    provider: "existing",
    name: "hearth-prod",
    context: "prod",
    serviceType: "LoadBalancer",
};

async function build(token = "hunter2"): Promise<{ readonly harness: Harness; readonly cluster: Cluster }> {
    const harness = await Harness.start();
    const kubeconfig = { text: `users: [{token: ${token}}]`, server: "https://prod:6443" };
    const cluster = await harness.run(() => new ExistingCluster("cluster", { config: CONFIG, kubeconfig }));
    return { harness, cluster };
}

describe("an existing cluster", () => {
    it("has no identity of ours, so that nothing is ever deleted with it", async () => {
        const { harness, cluster } = await build();
        assert.equal(cluster.identity, undefined);
        assert.deepEqual(harness.all("command:local:Command"), []);
        for (const resource of harness.resources) assert.equal(resource.deletedWith, "");
    });

    it("is told apart by context and server: new credentials are no new cluster", async () => {
        const identifier = async (token: string): Promise<unknown> =>
            (await build(token)).harness.only(PROVIDER).inputs["clusterIdentifier"];
        assert.equal(await identifier("old"), "prod https://prod:6443");
        assert.equal(await identifier("new"), await identifier("old"));
    });

    it("keeps its kubeconfig secret", async () => {
        const { harness, cluster } = await build();
        assert.equal(await pulumi.isSecret(cluster.kubeconfig), true);
        assert.deepEqual(harness.only(PROVIDER).secretInputs, ["kubeconfig"]);
        const component = harness.only("hearth:cluster:ExistingCluster");
        assert.doesNotMatch(JSON.stringify(component.inputs), /hunter2/);
    });

    it("does not drop objects from the state because it is out of reach for a moment", async () => {
        assert.equal((await build()).harness.only(PROVIDER).inputs["deleteUnreachable"], undefined);
    });

    it("changes Secrets and ConfigMaps in place", async () => {
        const { inputs } = (await build()).harness.only(PROVIDER);
        assert.deepEqual(
            [String(inputs["enableSecretMutable"]), String(inputs["enableConfigMapMutable"])],
            ["true", "true"],
        );
    });

    it("has Services of the type that the user chose", async () => {
        assert.equal((await build()).cluster.serviceType, "LoadBalancer");
    });
});

describe("the cluster that the settings ask for", () => {
    const cilium = { kubeProxyReplacement: false, l7Proxy: true };
    const make = async (cluster: ClusterConfig): Promise<Cluster> => {
        const harness = await Harness.start();
        return harness.run(() => createCluster("cluster", { cluster, cilium, stack: "dev-fast", ports: [] }));
    };
    const kind = kindClusterConfig({ name: "c" });

    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "hearth-kubeconfig-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    it("is kind's, kwok's or an existing one", async () => {
        const path = join(folder, "config");
        writeFileSync(
            path,
            "contexts: [{name: prod, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'https://x'}}]",
        );
        assert.ok((await make(kind)) instanceof KindCluster);
        assert.ok((await make({ provider: "kwok", name: "c", workers: 0, cni: "kindnetd" })) instanceof KwokCluster);
        assert.ok((await make({ ...CONFIG, kubeconfig: path })) instanceof ExistingCluster);
    });

    it("gets the configured folder of images and what it is given beside", async () => {
        const harness = await Harness.start();
        const cluster = { ...kind, imageArchives: folder };
        const archives = ["cache:images/otel-collector.tar"];
        await harness.run(() =>
            createCluster("cluster", { cluster, cilium, stack: "dev-fast", ports: [] }, { archives }),
        );
        const { inputs } = harness.only("command:local:Command", "cluster-images");
        assert.equal((inputs["environment"] as Record<string, string>)["ARCHIVES"], `${folder}\n${archives[0]}`);
    });

    describe("where another one of the stack is in its place", () => {
        const record: ClusterRecord = {
            name: "c",
            provider: "kind",
            stack: "dev-fast",
            checkout: realpathSync(process.cwd()),
            identity: "uid",
            configHash: "another",
            ports: [],
            createdAt: "",
        };
        const config = { cluster: kind, cilium, stack: "dev-fast", ports: [] };
        /** Makes it, and gives the warnings. */
        const warnings = async (preview: boolean, records: readonly ClusterRecord[]): Promise<string> => {
            const lines: string[] = [];
            const { warn } = console;
            console.warn = (line: string) => lines.push(line);
            try {
                const harness = await Harness.start({ preview });
                await harness.run(() => createCluster("cluster", config, { records }));
            } finally {
                console.warn = warn;
            }
            return lines.join("\n");
        };

        it("is previewed with a warning", async () => {
            assert.match(await warnings(true, [record]), /cluster c has to make way for another \(other settings\)/);
            assert.equal(await warnings(true, []), "");
        });

        it("is refused, before anything is made: make up removes that one first", async () => {
            const harness = await Harness.start();
            assert.throws(
                () => createCluster("cluster", config, { records: [record] }),
                (error) => pulumi.RunError.isInstance(error) && /make up STACK=dev-fast/.test(error.message),
            );
            assert.deepEqual(harness.resources, []);
        });

        it("is made with a warning when that one has another name, which Pulumi may not know", async () => {
            assert.match(await warnings(false, [{ ...record, name: "old" }]), /cluster old .*name old → c/);
        });

        it("is made without a word when it is the very one", async () => {
            const configHash = blueprintOf(config)?.configHash ?? "";
            assert.equal(await warnings(false, [{ ...record, configHash }]), "");
        });
    });

    it("leaves kube-proxy out where Cilium takes its place", async () => {
        const stdinOf = async (kubeProxyReplacement: boolean): Promise<string> => {
            const harness = await Harness.start();
            const cluster = { ...kind, cni: "cilium" } as const;
            const settings = { cluster, cilium: { kubeProxyReplacement, l7Proxy: true }, stack: "dev-fast", ports: [] };
            await harness.run(() => createCluster("cluster", settings));
            return String(harness.only("command:local:Command", "cluster-identity").inputs["stdin"]);
        };
        assert.match(await stdinOf(true), /kubeProxyMode: none/);
        assert.doesNotMatch(await stdinOf(false), /kubeProxyMode/);
    });

    it("is refused without a stack trace when its context is not there", async () => {
        await Harness.start();
        const cluster = { ...CONFIG, kubeconfig: join(folder, "none") };
        assert.throws(
            () => createCluster("cluster", { cluster, cilium, stack: "dev-fast", ports: [] }),
            (error) => pulumi.RunError.isInstance(error) && /cannot be read/.test(error.message),
        );
    });
});
