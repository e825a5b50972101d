import assert from "node:assert/strict";
import type { ProbeResult } from "../../../components/cluster/probe";
import type { ClusterRecord } from "../../../components/cluster/record";
import { deploymentOf, forgetArguments, hasDeleted } from "../../../tools/stack/recover";
import { isClusterIdentity, recoveredState, recoveryPlan } from "../../../tools/stack/recovery";
import type { Deployment, StateResource } from "../../../tools/state/deployment";

const RECORD: ClusterRecord = {
    name: "hearth-dev-fast",
    provider: "kwok",
    stack: "dev-fast",
    checkout: "/checkout",
    identity: "uid",
    configHash: "hash",
    ports: [],
    createdAt: "",
};
const IDENTITY: StateResource = {
    urn: "urn:pulumi:dev-fast::hearth::hearth:platform:Platform$hearth:cluster:KwokCluster$command:local:Command::cluster-identity",
    type: "command:local:Command",
    custom: true,
};
const PASSWORD: StateResource = {
    urn: "urn:pulumi:dev-fast::hearth::random:index/randomPassword:RandomPassword::p",
    type: "random:index/randomPassword:RandomPassword",
    custom: true,
};
const RELEASE: StateResource = {
    urn: "urn:pulumi:dev-fast::hearth::kubernetes:helm.sh/v3:Release::loki-release",
    type: "kubernetes:helm.sh/v3:Release",
    custom: true,
    deletedWith: IDENTITY.urn,
    inputs: { name: "loki", namespace: "observability" },
};

function stateOf(resources: readonly StateResource[], pending: readonly StateResource[] = []): Deployment {
    const pending_operations = pending.map((resource) => ({ resource, type: "creating" }));
    return { version: 3, deployment: { resources, pending_operations } };
}

function planOf(
    state: ProbeResult["state"],
    deployment: Deployment | undefined,
    record: Partial<ClusterRecord> = {},
): ReturnType<typeof recoveryPlan> {
    const seen = { record: { ...RECORD, ...record }, why: "so it is" };
    const probe: ProbeResult = state === "absent" ? { state } : { state, ...seen };
    return recoveryPlan({ probe, state: deployment, clusterName: "hearth-dev-fast", checkout: "/checkout" });
}

describe("what a stack needs before Pulumi may run", () => {
    it("is nothing for a fresh one, and nothing while its cluster is alive", () => {
        for (const plan of [planOf("absent", undefined), planOf("alive", stateOf([IDENTITY]))]) {
            const nothing = { start: false, removeStray: false, forgetCluster: false, clearPending: false, notes: [] };
            assert.deepEqual(plan, nothing);
        }
    });

    it("is a start where the cluster is stopped; its state stays", () => {
        const plan = planOf("stopped", stateOf([IDENTITY]));
        assert.equal(plan.start, true);
        assert.equal(plan.forgetCluster, false);
        assert.match(plan.notes.join(), /is stopped \(so it is\)/);
    });

    it("is to forget a cluster that is gone, is another one, or has lost its record", () => {
        for (const state of ["gone", "other", "absent"] as const) {
            const plan = planOf(state, stateOf([IDENTITY, PASSWORD, RELEASE]));
            assert.equal(plan.forgetCluster, true, state);
            assert.match(plan.notes.join(), /made anew, with the same passwords/);
            const left = recoveredState(stateOf([IDENTITY, PASSWORD, RELEASE]), plan).deployment.resources;
            assert.deepEqual(
                left?.map(({ urn }) => urn),
                [PASSWORD.urn],
            );
        }
    });

    it("forgets nothing where the state knows of no cluster", () => {
        assert.equal(planOf("gone", stateOf([PASSWORD])).forgetCluster, false);
    });

    it("is to remove a simulated cluster that the state does not know, as it is, without starting it", () => {
        for (const seen of ["alive", "stopped", "gone", "other"] as const) {
            for (const state of [undefined, stateOf([]), stateOf([PASSWORD])]) {
                const plan = planOf(seen, state);
                assert.deepEqual([plan.removeStray, plan.start, plan.forgetCluster], [true, false, false], seen);
                assert.deepEqual(plan.notes, [
                    "the state does not know the simulated cluster hearth-dev-fast: it will be made anew",
                ]);
            }
        }
    });

    it("removes no cluster that may hold data, and none of another checkout", () => {
        for (const record of [{ provider: "kind" }, { checkout: "/elsewhere" }] as const) {
            const plan = planOf("stopped", undefined, record);
            assert.deepEqual([plan.removeStray, plan.start], [false, true]);
        }
        assert.equal(planOf("alive", stateOf([IDENTITY])).removeStray, false);
    });

    it("is to drop operations that a killed run left pending, and only those", () => {
        const state = stateOf([IDENTITY, PASSWORD], [RELEASE]);
        const plan = planOf("alive", state);
        assert.deepEqual([plan.clearPending, plan.forgetCluster], [true, false]);
        const { resources, pending_operations } = recoveredState(state, plan).deployment;
        assert.equal(resources?.length, 2);
        assert.deepEqual(pending_operations, []);
    });

    it("knows the cluster's identity by type and name, whoever provides it", () => {
        assert.equal(isClusterIdentity(IDENTITY), true);
        assert.equal(isClusterIdentity({ ...IDENTITY, type: "kubernetes:core/v1:Secret" }), false);
        assert.equal(isClusterIdentity({ ...IDENTITY, urn: IDENTITY.urn.replace("identity", "kubeconfig") }), false);
    });
});

describe("what Helm has to forget of a release that was cut off", () => {
    const selectorOf = (state: Deployment): string =>
        forgetArguments({ name: "loki", namespace: "observability" }, state).join(" ");

    it("is the whole record where the state does not know the release", () => {
        assert.match(selectorOf(stateOf([IDENTITY])), /--namespace observability --selector owner=helm,name=loki /);
    });

    it("is only the unfinished revision where it does", () => {
        assert.match(selectorOf(stateOf([IDENTITY, RELEASE])), /name=loki,status in \(pending-install,/);
    });
});

describe("a file of the file backend", () => {
    it("is read as an export of the stack", () => {
        const latest = { resources: [PASSWORD] };
        assert.deepEqual(deploymentOf({ version: 3, checkpoint: { latest } }), { version: 3, deployment: latest });
    });

    it("of a stack that never ran has no deployment", () => {
        assert.equal(deploymentOf({ version: 3, checkpoint: { latest: null } }), undefined);
        assert.equal(deploymentOf({}), undefined);
    });
});

describe("what kubectl says of Helm's records", () => {
    it("tells whether there was one to take back", () => {
        assert.equal(
            hasDeleted('secret "sh.helm.release.v1.loki-release.v2" deleted from observability namespace\n'),
            true,
        );
        assert.equal(hasDeleted("No resources found\n"), false);
        assert.equal(hasDeleted(""), false);
    });
});
