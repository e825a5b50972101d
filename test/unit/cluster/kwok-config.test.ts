import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import type { KwokClusterConfig } from "../../../components/config/schema";
import { KUBERNETES_VERSION } from "../../../components/config/versions";
import { kwokctlConfig, kwokNodeName, kwokObjects } from "../../../components/cluster/kwok-config";
import { kwokStages } from "../../../components/cluster/kwok-stages";

type Fields = Readonly<Record<string, unknown>>;

interface Manifest {
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Fields;
    };
    readonly spec: Fields;
    readonly status: Fields;
    readonly [field: string]: unknown;
}

function documents(text: string): readonly Manifest[] {
    return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

function objects(workers: number, kind: string): readonly Manifest[] {
    const config: KwokClusterConfig = { provider: "kwok", name: "hearth-test", workers, cni: "kindnetd" };
    return documents(kwokObjects(config)).filter((object) => object.kind === kind);
}

describe("kwokctl's configuration", () => {
    const [configuration, ...stages] = documents(kwokctlConfig());

    it("asks for a secured control plane on the loopback address", () => {
        assert.deepEqual(configuration?.["options"], {
            runtime: "binary",
            bindAddress: "127.0.0.1",
            securePort: true,
            kubeAuthorization: true,
            kubeAdmission: true,
        });
    });

    it("names no file of this machine, so that it is the same in every checkout", () => {
        assert.doesNotMatch(kwokctlConfig(), /\/(home|root|Users|tmp)\//);
    });

    it("needs no network interface and waits for neither disk nor election", () => {
        const flags = JSON.stringify(configuration?.["componentsPatches"]);
        for (const flag of ["advertise-address", "unsafe-no-fsync", "leader-elect"])
            assert.ok(flags.includes(flag), flag);
    });

    it("brings all stages, since kwokctl leaves its own out when it is given one", () => {
        assert.deepEqual(
            stages.map(({ kind, metadata }) => [kind, metadata.name]),
            ["node-ready", "pod-ready", "pod-complete", "pod-delete", "volume-recycle"].map((name) => ["Stage", name]),
        );
    });

    it("has no stage that waits", () => {
        for (const { spec } of kwokStages()) assert.equal("delay" in spec, false);
    });
});

describe("the objects of a fresh simulated cluster", () => {
    it("have nodes that are named and labelled as kind's", () => {
        assert.deepEqual(
            [0, 1, 2, 3].map((index) => kwokNodeName("c", index)),
            ["c-control-plane", "c-worker", "c-worker2", "c-worker3"],
        );
        const [controlPlane, worker] = objects(1, "Node");
        assert.equal(controlPlane?.metadata.labels?.["node-role.kubernetes.io/control-plane"], "");
        assert.equal(worker?.metadata.labels?.["node-role.kubernetes.io/control-plane"], undefined);
        for (const node of [controlPlane, worker]) {
            assert.equal(node?.metadata.labels?.["kubernetes.io/hostname"], node?.metadata.name);
            assert.equal(node?.metadata.labels?.["kubernetes.io/os"], "linux");
        }
    });

    it("have nodes of a real machine's size and our Kubernetes version", () => {
        const status = objects(0, "Node")[0]?.status;
        assert.deepEqual(status?.["allocatable"], {
            cpu: "8",
            memory: "32Gi",
            pods: "110",
            "ephemeral-storage": "200Gi",
        });
        assert.equal((status["nodeInfo"] as Fields)["kubeletVersion"], `v${KUBERNETES_VERSION}`);
    });

    it("keep pods off the control plane when there are workers, and only then", () => {
        assert.equal(objects(0, "Node")[0]?.spec["taints"], undefined);
        const [controlPlane, worker] = objects(1, "Node");
        assert.deepEqual(controlPlane?.spec["taints"], [
            { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
        ]);
        assert.equal(worker?.spec["taints"], undefined);
    });

    it("give every node addresses of its own", () => {
        const nodes = objects(10, "Node");
        assert.equal(new Set(nodes.map(({ spec }) => spec["podCIDR"])).size, 11);
        assert.equal(new Set(nodes.map(({ status }) => JSON.stringify(status["addresses"]))).size, 11);
    });

    it("have one default StorageClass, bound late, with volumes for it that say what they are", () => {
        const [standard, ...more] = objects(0, "StorageClass");
        assert.deepEqual(more, []);
        assert.equal(standard?.metadata.name, "standard");
        assert.equal(standard.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"], "true");
        assert.equal(standard["volumeBindingMode"], "WaitForFirstConsumer");
        const volumes = objects(0, "PersistentVolume");
        assert.ok(volumes.length >= 12);
        for (const volume of volumes) {
            assert.equal(volume.spec["storageClassName"], "standard");
            assert.equal(volume.metadata.labels?.["hearth.local/simulated"], "true");
        }
    });
});
