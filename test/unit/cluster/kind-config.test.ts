import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { LAYERS } from "../../../components/config/layers";
import { hostPorts, MAX_PORT_OFFSET, PORTS } from "../../../components/config/ports";
import type { KindClusterConfig } from "../../../components/config/schema";
import { KIND_NODE_IMAGE } from "../../../components/config/versions";
import { kindConfig, registryHosts } from "../../../components/cluster/kind-config";
import { isAtLeast, kubernetesVersionOf } from "../../../components/cluster/kubernetes-version";
import { kindClusterConfig } from "../../helpers/kind-config";

const CONFIG = kindClusterConfig({ nodeImage: "kindest/node:v1.34.3-local" });

interface KindYaml {
    readonly apiVersion: string;
    readonly name: string;
    readonly networking: { readonly apiServerAddress: string; readonly disableDefaultCNI?: boolean };
    readonly kubeadmConfigPatches: readonly string[];
    readonly kubeadmConfigPatchesJSON6902?: readonly {
        readonly group: string;
        readonly version: string;
        readonly kind: string;
        readonly patch: string;
    }[];
    readonly containerdConfigPatches?: readonly string[];
    readonly nodes: readonly {
        readonly role: string;
        readonly image: string;
        readonly extraPortMappings?: readonly {
            readonly containerPort: number;
            readonly hostPort: number;
            readonly listenAddress: string;
            readonly protocol: string;
        }[];
    }[];
}

const DEFAULT_PORTS = hostPorts(["traefik", "grafana"], 0);

function build(changes: Partial<KindClusterConfig> = {}, ports = DEFAULT_PORTS): KindYaml {
    return parse(kindConfig({ ...CONFIG, ...changes }, ports)) as KindYaml;
}

function patchOf(config: KindYaml, kind: string): Record<string, unknown> {
    const patches = config.kubeadmConfigPatches.map((text) => parse(text) as Record<string, unknown>);
    const found = patches.find((patch) => patch["kind"] === kind);
    assert.ok(found !== undefined, `no patch of ${kind}`);
    return found;
}

describe("the Kubernetes version of a node image", () => {
    it("is told by its tag, whatever follows the three numbers", () => {
        const images = [
            "kindest/node:v1.34.3-local",
            "host:5000/kindest/node:v1.34.3",
            KIND_NODE_IMAGE.replace("v1.34.0", "v1.34.3"),
        ];
        for (const image of images)
            assert.deepEqual(kubernetesVersionOf(image), { major: 1, minor: 34, patch: 3 }, image);
    });

    it("is not guessed", () => {
        for (const image of ["kindest/node", "kindest/node:latest", "kindest/node:v1.34"]) {
            assert.throws(() => kubernetesVersionOf(image), /tells no Kubernetes version/);
        }
    });

    it("is compared by numbers", () => {
        const version = { major: 1, minor: 9, patch: 0 };
        assert.equal(isAtLeast(version, 1, 36), false);
        assert.equal(isAtLeast({ ...version, minor: 36 }, 1, 36), true);
        assert.equal(isAtLeast({ ...version, major: 2 }, 1, 36), true);
    });
});

describe("the kind configuration", () => {
    it("has one control plane and the workers, all of the same image", () => {
        for (const workers of [0, 1, 2, 3]) {
            const { nodes } = build({ workers });
            assert.deepEqual(
                nodes.map(({ role }) => role),
                ["control-plane", ...Array<string>(workers).fill("worker")],
            );
            assert.ok(nodes.every(({ image }) => image === CONFIG.nodeImage));
        }
    });

    it("maps the host's ports to the NodePorts of the control plane, and of no worker", () => {
        const { nodes } = build({ workers: 1 }, hostPorts(["traefik", "grafana"], 100));
        assert.deepEqual(nodes[0]?.extraPortMappings, [
            { containerPort: 30081, hostPort: 30181, listenAddress: "127.0.0.1", protocol: "TCP" },
            { containerPort: 30300, hostPort: 30400, listenAddress: "127.0.0.1", protocol: "TCP" },
        ]);
        assert.equal(nodes[1]?.extraPortMappings, undefined);
    });

    it("leaves the network to Cilium when that is asked for, and only then", () => {
        assert.equal(build({ cni: "cilium" }).networking.disableDefaultCNI, true);
        assert.equal(build().networking.disableDefaultCNI, undefined);
    });

    it("lets containerd look for mirrors when there are some, and only then", () => {
        assert.match(
            build({ registryMirrors: { "docker.io": "http://mirror:5000" } }).containerdConfigPatches?.[0] ?? "",
            /certs\.d/,
        );
        assert.equal(build().containerdConfigPatches, undefined);
    });

    it("never depends on what does not shape the cluster", () => {
        const same: Partial<KindClusterConfig> = { setCurrentContext: true, imageArchives: "/somewhere" };
        assert.equal(kindConfig({ ...CONFIG, ...same }, DEFAULT_PORTS), kindConfig(CONFIG, DEFAULT_PORTS));
    });

    it("sets the kubelet's image collection and keeps kind's refusal to evict", () => {
        const kubelet = patchOf(build(), "KubeletConfiguration");
        assert.equal(kubelet["imageGCHighThresholdPercent"], 95);
        assert.equal(kubelet["imageGCLowThresholdPercent"], 80);
        assert.deepEqual(kubelet["evictionHard"], {
            "nodefs.available": "0%",
            "nodefs.inodesFree": "0%",
            "imagefs.available": "0%",
        });
    });
});

describe("kubeadm's patches", () => {
    it("are maps in v1beta3, up to Kubernetes 1.35", () => {
        for (const tag of ["v1.34.3-local", "v1.35.0"]) {
            const config = build({ nodeImage: `kindest/node:${tag}` });
            assert.equal(config.kubeadmConfigPatchesJSON6902, undefined);
            assert.deepEqual(patchOf(config, "ClusterConfiguration"), {
                apiVersion: "kubeadm.k8s.io/v1beta3",
                kind: "ClusterConfiguration",
                apiServer: { extraArgs: { "event-ttl": "15m" } },
                controllerManager: { extraArgs: { "leader-elect": "false" } },
                scheduler: { extraArgs: { "leader-elect": "false" } },
                etcd: {
                    local: {
                        extraArgs: {
                            "auto-compaction-mode": "periodic",
                            "auto-compaction-retention": "5m",
                            "unsafe-no-fsync": "true",
                        },
                    },
                },
            });
        }
    });

    it("are name and value pairs in v1beta4, from Kubernetes 1.36 on", () => {
        const config = build({ nodeImage: "kindest/node:v1.36.1" });
        const pair = (name: string, value: string) => ({ name, value });
        assert.deepEqual(patchOf(config, "ClusterConfiguration"), {
            apiVersion: "kubeadm.k8s.io/v1beta4",
            kind: "ClusterConfiguration",
            scheduler: { extraArgs: [pair("leader-elect", "false")] },
            etcd: {
                local: {
                    extraArgs: [
                        pair("auto-compaction-mode", "periodic"),
                        pair("auto-compaction-retention", "5m"),
                        pair("unsafe-no-fsync", "true"),
                    ],
                },
            },
        });
    });

    it("append to the lists that kind fills itself in v1beta4, instead of replacing them", () => {
        const [patch, ...more] = build({ nodeImage: "kindest/node:v1.36.1" }).kubeadmConfigPatchesJSON6902 ?? [];
        assert.deepEqual(more, []);
        assert.deepEqual(
            [patch?.group, patch?.version, patch?.kind],
            ["kubeadm.k8s.io", "v1beta4", "ClusterConfiguration"],
        );
        assert.deepEqual(parse(patch?.patch ?? ""), [
            { op: "add", path: "/apiServer/extraArgs/-", value: { name: "event-ttl", value: "15m" } },
            { op: "add", path: "/controllerManager/extraArgs/-", value: { name: "leader-elect", value: "false" } },
        ]);
    });

    it("say nothing of what keeps its default", () => {
        const tuning = { ...CONFIG.tuning, unsafeNoFsync: false, leaderElection: true };
        for (const tag of ["v1.34.0", "v1.36.0"]) {
            const text = kindConfig({ ...CONFIG, tuning, nodeImage: `kindest/node:${tag}` }, DEFAULT_PORTS);
            assert.doesNotMatch(text, /fsync|leader-elect|controllerManager|scheduler/);
        }
    });

    it("always name the API version that they are written in", () => {
        for (const minor of [23, 34, 35, 36, 40]) {
            for (const text of build({ nodeImage: `kindest/node:v1.${minor}.0` }).kubeadmConfigPatches) {
                assert.match(text, /^apiVersion: /);
            }
        }
    });
});

describe("any kind configuration", () => {
    const config = fc.record({
        workers: fc.nat(10),
        cni: fc.constantFrom("kindnetd" as const, "cilium" as const),
        minor: fc.integer({ min: 23, max: 45 }),
        layers: fc.subarray([...LAYERS]),
        offset: fc.nat(MAX_PORT_OFFSET),
        mirrors: fc.dictionary(fc.domain(), fc.webUrl({ validSchemes: ["http", "https"] })),
        noFsync: fc.boolean(),
        election: fc.boolean(),
    });

    const made = config.map(({ minor, layers, offset, mirrors, noFsync, election, ...rest }) => {
        const ports = hostPorts(layers, offset);
        const tuning = { ...CONFIG.tuning, unsafeNoFsync: noFsync, leaderElection: election };
        const whole = { ...CONFIG, ...rest, tuning, registryMirrors: mirrors, nodeImage: `kindest/node:v1.${minor}.0` };
        return { ports, text: kindConfig(whole, ports), again: kindConfig(whole, ports) };
    });

    it("opens ports of the table only, and on the loopback address only", () => {
        fc.assert(
            fc.property(made, ({ ports, text }) => {
                const { nodes } = parse(text) as KindYaml;
                const mappings = nodes.flatMap((node) => node.extraPortMappings ?? []);
                assert.equal(mappings.length, ports.length);
                for (const mapping of mappings) {
                    assert.equal(mapping.listenAddress, "127.0.0.1");
                    assert.ok(PORTS.some(({ nodePort }) => nodePort === mapping.containerPort));
                    assert.ok(mapping.hostPort > 0 && mapping.hostPort <= 65535);
                }
            }),
        );
    });

    it("is the same text for the same settings, without anchors, and parses back", () => {
        fc.assert(
            fc.property(made, ({ text, again }) => {
                assert.equal(text, again);
                assert.doesNotMatch(text, /[&*]a\d/);
                const config = parse(text) as KindYaml;
                assert.equal(config.apiVersion, "kind.x-k8s.io/v1alpha4");
                for (const patch of config.kubeadmConfigPatches) assert.ok("kind" in (parse(patch) as object));
            }),
        );
    });
});

describe("a registry's hosts.toml", () => {
    it("asks the mirror first and the registry itself after it", () => {
        assert.equal(
            registryHosts("quay.io", "http://mirror:5000"),
            'server = "https://quay.io"\n\n[host."http://mirror:5000"]\n  capabilities = ["pull", "resolve"]\n',
        );
    });

    it("knows that Docker Hub's API has another name", () => {
        assert.match(registryHosts("docker.io", "http://mirror:5000"), /^server = "https:\/\/registry-1\.docker\.io"/);
    });
});
