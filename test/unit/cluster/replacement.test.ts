import assert from "node:assert/strict";
import fc from "fast-check";
import {
    blueprintOf,
    hasKubeProxy,
    type Blueprint,
    type BlueprintSettings,
} from "../../../components/cluster/blueprint";
import { replacedClusters } from "../../../components/cluster/create-cluster";
import type { ClusterRecord } from "../../../components/cluster/record";
import { madeFrom, recordedCluster, replacementReasons } from "../../../components/cluster/replacement";
import { hostPorts } from "../../../components/config/ports";
import type { KindClusterConfig, KwokClusterConfig } from "../../../components/config/schema";
import { kindClusterConfig } from "../../helpers/kind-config";

const CHECKOUT = "/here/hearth";

const KIND = kindClusterConfig({ name: "hearth-full", workers: 1 });

const KWOK: KwokClusterConfig = { provider: "kwok", name: "hearth-full", workers: 1, cni: "kindnetd" };

type Changes = Partial<Omit<BlueprintSettings, "cluster">>;

function kind(changes: Partial<KindClusterConfig> = {}, others: Changes = {}): BlueprintSettings {
    return {
        stack: "full",
        cluster: { ...KIND, ...changes },
        cilium: { kubeProxyReplacement: false, l7Proxy: true },
        ports: hostPorts(["traefik"], 0),
        ...others,
    };
}

function kwok(changes: Partial<KwokClusterConfig> = {}): BlueprintSettings {
    return { ...kind(), cluster: { ...KWOK, ...changes } };
}

const EXISTING: BlueprintSettings = {
    ...kind(),
    cluster: { provider: "existing", name: "theirs", context: "theirs", serviceType: "ClusterIP" },
};

function blueprint(settings: BlueprintSettings): Blueprint {
    const found = blueprintOf(settings);
    assert.ok(found !== undefined);
    return found;
}

function reasons(before: BlueprintSettings, wanted: BlueprintSettings): readonly string[] {
    return replacementReasons(madeFrom(blueprint(before)), madeFrom(blueprint(wanted)));
}

function recordOf(settings: BlueprintSettings, changes: Partial<ClusterRecord> = {}): ClusterRecord {
    const { cluster, ports, stack } = settings;
    return {
        name: cluster.name,
        provider: cluster.provider === "kind" ? "kind" : "kwok",
        stack,
        checkout: CHECKOUT,
        identity: "uid",
        configHash: blueprint(settings).configHash,
        ports: ports.map(({ hostPort }) => hostPort),
        createdAt: "",
        ...(cluster.provider === "kind" ? { engine: cluster.engine } : {}),
        ...changes,
    };
}

const REPLACING = { kubeProxyReplacement: true, l7Proxy: true };

describe("kube-proxy", () => {
    it("is left out where Cilium is the network and takes its place, and only there", () => {
        assert.equal(hasKubeProxy(kind({ cni: "cilium" }, { cilium: REPLACING })), false);
        assert.equal(hasKubeProxy(kind({ cni: "cilium" })), true);
        assert.equal(hasKubeProxy(kind({}, { cilium: REPLACING })), true);
        assert.equal(hasKubeProxy({ ...EXISTING, cilium: REPLACING }), true);
    });

    it("is what kind is told about", () => {
        const text = (settings: BlueprintSettings): string => blueprint(settings).stdin;
        assert.match(text(kind({ cni: "cilium" }, { cilium: REPLACING })), /^ {2}kubeProxyMode: none$/m);
        assert.doesNotMatch(text(kind({ cni: "cilium" })), /kubeProxyMode/);
    });
});

describe("a cluster", () => {
    it("of somebody else's has no blueprint", () => assert.equal(blueprintOf(EXISTING), undefined));

    it("stays while its settings do", () => {
        assert.deepEqual(reasons(kind(), kind()), []);
        assert.deepEqual(reasons(kwok(), kwok()), []);
    });

    it("stays when settings change that do not shape it", () => {
        const same = kind({ setCurrentContext: true, imageArchives: "/media/stick" }, { stack: "other" });
        assert.deepEqual(reasons(kind(), same), []);
        assert.deepEqual(reasons(kind(), kind({}, { cilium: REPLACING })), []);
        assert.deepEqual(reasons(kwok(), { ...kwok(), ports: [] }), []);
        assert.deepEqual(reasons(kwok(), kwok({ cni: "cilium" })), []);
    });

    it("is made anew for reasons that name the settings, before and after", () => {
        const cases: readonly (readonly [BlueprintSettings, readonly string[]])[] = [
            [kind({ workers: 2 }), ["workers 1 → 2"]],
            [kind({ cni: "cilium" }), ["network kindnetd → cilium"]],
            [kind({ name: "mine" }), ["name hearth-full → mine"]],
            [kind({ engine: "podman" }), ["container engine docker → podman"]],
            [kind({ nodeImage: "kindest/node:v1.35.0" }), ["node image kindest/node:v1.34.0 → kindest/node:v1.35.0"]],
            [kind({}, { ports: hostPorts(["traefik", "grafana"], 0) }), ["host ports 30081 → 30081, 30300"]],
            [kind({ registryMirrors: { "docker.io": "http://mirror" } }), ["registry mirrors off → on"]],
            [kind({ tuning: { ...KIND.tuning, eventTtl: "1h" } }), ["settings of hearth:kind"]],
            [
                kind({ cni: "cilium", workers: 0 }, { cilium: REPLACING }),
                ["workers 1 → 0", "network kindnetd → cilium", "kube-proxy on → off"],
            ],
        ];
        for (const [wanted, expected] of cases) assert.deepEqual(reasons(kind(), wanted), expected);
        assert.deepEqual(reasons(kwok(), kwok({ workers: 3 })), ["workers 1 → 3"]);
    });

    it("of which only the record is known is made anew for what that tells, or for other settings", () => {
        const record = recordedCluster(recordOf(kind()));
        assert.deepEqual(replacementReasons(record, madeFrom(blueprint(kind()))), []);
        assert.deepEqual(replacementReasons(record, madeFrom(blueprint(kind({ workers: 2 })))), ["other settings"]);
        const moved = madeFrom(blueprint(kind({}, { ports: hostPorts(["traefik"], 100) })));
        assert.deepEqual(replacementReasons(record, moved), ["host ports 30081 → 30181"]);
    });

    it("is never replaced without a reason, and never kept with one", () => {
        const settings = fc
            .record({
                workers: fc.nat(3),
                cni: fc.constantFrom("kindnetd" as const, "cilium" as const),
                kubeProxyReplacement: fc.boolean(),
                offset: fc.nat(3),
            })
            .map(({ offset, kubeProxyReplacement, ...changes }) =>
                kind(changes, {
                    cilium: { kubeProxyReplacement, l7Proxy: true },
                    ports: hostPorts(["traefik"], offset),
                }),
            );
        fc.assert(
            fc.property(settings, settings, (before, wanted) => {
                const stays = blueprint(before).configHash === blueprint(wanted).configHash;
                const why = reasons(before, wanted);
                assert.equal(why.length === 0, stays);
                assert.ok(!why.includes("other settings"), why.join());
            }),
            { numRuns: 50 },
        );
    });
});

describe("whoever runs plain Pulumi", () => {
    const warnings = (settings: BlueprintSettings, ...records: readonly ClusterRecord[]): readonly string[] =>
        replacedClusters(settings, records, CHECKOUT).map(({ name, text }) => {
            assert.match(text, new RegExp(`^cluster ${name} `));
            return text;
        });

    it("is warned of a cluster that goes", () => {
        const [warning = "", ...more] = warnings(kind({}, { ports: hostPorts(["grafana"], 0) }), recordOf(kind()));
        assert.deepEqual(more, []);
        assert.match(warning, /^cluster hearth-full .*\(host ports 30081 → 30300\)/);
        assert.match(warning, /all that is in it goes\n {4}fix: run make up STACK=full ARGS=--replace-cluster/);
    });

    it("is warned of the one that goes by another name now", () => {
        assert.match(warnings(kind({ name: "mine" }), recordOf(kind())).join(), /name hearth-full → mine/);
    });

    it("is not troubled with clusters that stay, or are other stacks' or checkouts'", () => {
        assert.deepEqual(warnings(kind(), recordOf(kind())), []);
        assert.deepEqual(warnings(kind({ workers: 2 })), []);
        assert.deepEqual(warnings(kind({ workers: 2 }), recordOf(kind(), { stack: "other" })), []);
        assert.deepEqual(warnings(kind({ workers: 2 }), recordOf(kind(), { checkout: "/there" })), []);
        assert.deepEqual(warnings(EXISTING, recordOf(kind())), []);
    });
});
