import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { DEFAULT_LAYERS } from "../../components/config/layers";
import { hostPorts } from "../../components/config/ports";
import type { KindClusterConfig } from "../../components/config/schema";
import type { ImagePlan } from "../../components/cluster/image-plan";
import { KindCluster } from "../../components/cluster/kind-cluster";
import { Harness, promiseOf, type Registered } from "../helpers/harness";
import { kindClusterConfig } from "../helpers/kind-config";

const COMMAND = "command:local:Command";
const PROVIDER = "pulumi:providers:kubernetes";

const CONFIG = kindClusterConfig({ name: "hearth-dev-fast", workers: 1 });

const NO_IMAGES: ImagePlan = { archives: [], hostImages: [], fingerprint: "none" };
const SOME_IMAGES: ImagePlan = {
    archives: ["/media/stick/images", "cache:images/otel-collector.tar"],
    hostImages: ["app:1"],
    fingerprint: "some",
};

interface Options {
    readonly config?: Partial<KindClusterConfig>;
    readonly images?: ImagePlan;
    readonly kubeProxy?: boolean;
    readonly offset?: number;
    readonly preview?: boolean;
}

async function build(options: Options = {}): Promise<{ readonly harness: Harness; readonly cluster: KindCluster }> {
    const harness = await Harness.start({ preview: options.preview ?? false });
    const cluster = await harness.run(
        () =>
            new KindCluster("cluster", {
                config: { ...CONFIG, ...options.config },
                stack: "dev-fast",
                ports: hostPorts(DEFAULT_LAYERS, options.offset ?? 0),
                images: options.images ?? NO_IMAGES,
                kubeProxy: options.kubeProxy ?? true,
            }),
    );
    return { harness, cluster };
}

function environmentOf(command: Registered): Record<string, string> {
    return command.inputs["environment"] as Record<string, string>;
}

describe("a Kind cluster", () => {
    it("is one component with its children below it", async () => {
        const { harness } = await build({ images: SOME_IMAGES });
        const component = harness.only("hearth:cluster:KindCluster", "cluster");
        const children = harness.resources.filter(({ parent }) => parent === component.urn).map(({ name }) => name);
        assert.deepEqual(children.sort(), [
            "cluster-identity",
            "cluster-images",
            "cluster-kubeconfig",
            "cluster-provider",
        ]);
    });

    it("is made and removed by the scripts, replaced by deleting first, since its name is fixed", async () => {
        const { harness } = await build();
        const identity = harness.only(COMMAND, "cluster-identity");
        assert.equal(identity.inputs["create"], "exec ./components/cluster/scripts/kind-create.sh");
        assert.equal(identity.inputs["delete"], "exec ./components/cluster/scripts/kind-delete.sh");
        assert.equal(identity.deleteBeforeReplace, true);
        assert.equal(identity.deletedWith, "");
    });

    it("tells the scripts name, engine, stack and ports, and kind its configuration", async () => {
        const { harness } = await build({ offset: 100 });
        const identity = harness.only(COMMAND, "cluster-identity");
        const environment = environmentOf(identity);
        assert.equal(environment["CLUSTER_NAME"], "hearth-dev-fast");
        assert.equal(environment["STACK"], "dev-fast");
        assert.equal(environment["ENGINE"], "docker");
        assert.equal(environment["PORTS"], "30181 30190 30193 30400");
        const yaml = parse(identity.inputs["stdin"] as string) as {
            readonly name: string;
            readonly nodes: readonly unknown[];
        };
        assert.equal(yaml.name, "hearth-dev-fast");
        assert.equal(yaml.nodes.length, 2);
    });

    it("names no file of this machine in what decides about it", async () => {
        const { harness } = await build({ images: SOME_IMAGES, config: { imageArchives: "/media/stick/images" } });
        for (const command of harness.all(COMMAND)) {
            assert.doesNotMatch(JSON.stringify(command.inputs["triggers"]), /\//, command.name);
            assert.doesNotMatch(JSON.stringify(command.inputs), new RegExp(process.cwd()), command.name);
        }
    });

    it("is replaced by what shapes it, and by nothing else", async () => {
        const triggersOf = async (options: Options): Promise<string> =>
            JSON.stringify((await build(options)).harness.only(COMMAND, "cluster-identity").inputs["triggers"]);
        const before = await triggersOf({});
        assert.equal(await triggersOf({ config: { setCurrentContext: true } }), before);
        assert.equal(await triggersOf({ images: SOME_IMAGES }), before);
        const shaping: readonly Options[] = [
            { config: { workers: 2 } },
            { config: { name: "other" } },
            { config: { engine: "podman" } },
            { config: { nodeImage: "kindest/node:v1.35.0" } },
            { offset: 1 },
            { config: { cni: "cilium" } },
            { kubeProxy: false },
        ];
        for (const options of shaping) assert.notEqual(await triggersOf(options), before, JSON.stringify(options));
    });

    it("writes mirrors for containerd", async () => {
        const { harness } = await build({ config: { registryMirrors: { "docker.io": "http://mirror:5000" } } });
        const hosts = JSON.parse(
            environmentOf(harness.only(COMMAND, "cluster-identity"))["REGISTRY_HOSTS"] ?? "",
        ) as object;
        assert.deepEqual(Object.keys(hosts), ["docker.io"]);
    });
});

describe("a Kind cluster's kubeconfig", () => {
    it("comes from a command of its own that only a new cluster replaces", async () => {
        const { harness } = await build();
        const command = harness.only(COMMAND, "cluster-kubeconfig");
        assert.deepEqual(command.inputs["triggers"], ["cluster-identity-id"]);
        assert.deepEqual(environmentOf(command), { CLUSTER_NAME: "hearth-dev-fast" });
    });

    it("is a secret everywhere, and never logged", async () => {
        const { harness, cluster } = await build();
        const command = harness.only(COMMAND, "cluster-kubeconfig");
        assert.deepEqual(command.secretOutputs, ["stdout", "stderr"]);
        assert.equal(command.inputs["logging"], "none");
        assert.equal(command.inputs["addPreviousOutputInEnv"], false);
        assert.equal(await pulumi.isSecret(cluster.kubeconfig), true);
        assert.deepEqual(harness.only(PROVIDER).secretInputs, ["kubeconfig"]);
    });
});

describe("a Kind cluster's provider", () => {
    it("is bound to the cluster's identity and survives a cluster that is gone", async () => {
        const { harness } = await build();
        const { inputs } = harness.only(PROVIDER, "cluster-provider");
        assert.equal(inputs["clusterIdentifier"], "cluster-identity-id");
        assert.equal(String(inputs["enableServerSideApply"]), "true");
        assert.equal(String(inputs["deleteUnreachable"]), "true");
        // A changed Secret is never away, not even for a moment.
        assert.equal(String(inputs["enableSecretMutable"]), "true");
        assert.equal(String(inputs["enableConfigMapMutable"]), "true");
    });

    it("waits for the images, so that no pod starts without its own", async () => {
        const { harness } = await build({ images: SOME_IMAGES });
        const images = harness.only(COMMAND, "cluster-images");
        assert.ok(harness.only(PROVIDER).dependencies.includes(images.urn));
        assert.equal(environmentOf(images)["ARCHIVES"], "/media/stick/images\ncache:images/otel-collector.tar");
        assert.deepEqual(images.inputs["triggers"], ["cluster-identity-id", "some"]);
    });

    it("waits for no images when there are none to load", async () => {
        const { harness } = await build();
        assert.deepEqual(
            harness
                .all(COMMAND)
                .map(({ name }) => name)
                .sort(),
            ["cluster-identity", "cluster-kubeconfig"],
        );
    });
});

describe("a preview of a Kind cluster that is not there yet", () => {
    it("registers everything and knows that it is real", async () => {
        const { harness, cluster } = await build({ preview: true, images: SOME_IMAGES });
        assert.equal(harness.all(COMMAND).length, 3);
        assert.equal(harness.all(PROVIDER).length, 1);
        assert.equal(cluster.simulated, false);
        assert.equal(cluster.serviceType, "NodePort");
    });

    it("outputs its identity's id when it is made", async () => {
        const { cluster } = await build();
        assert.equal(await promiseOf(cluster.identity.id), "cluster-identity-id");
    });
});
