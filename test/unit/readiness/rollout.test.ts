import assert from "node:assert/strict";
import {
    daemonSetRollout,
    deploymentRollout,
    jobRollout,
    podRollout,
    statefulSetRollout,
} from "../../../tools/readiness/rollout";
import { daemonSet, deployment, job, onePod, readyStatus, statefulSet } from "../../helpers/kube-objects";

describe("the rollout of a Deployment", () => {
    const base = deployment("web", { replicas: 3, ready: 3 });
    const withStatus = (status: typeof base.status) =>
        deploymentRollout({ ...base, status: { ...base.status, ...status } });

    it("is done when all new pods are available and no old one is left", () => {
        assert.equal(deploymentRollout(base).done, true);
    });

    it("is not judged before its controller has seen the specification", () => {
        for (const observedGeneration of [0, 1]) {
            const changed = { ...base, metadata: { ...base.metadata, generation: 2 } };
            const rollout = deploymentRollout({ ...changed, status: { ...base.status, observedGeneration } });
            assert.deepEqual([rollout.done, rollout.observed], [false, false]);
        }
        assert.equal(deploymentRollout({ metadata: base.metadata, spec: base.spec }).observed, false);
        assert.equal(deploymentRollout({ metadata: { name: "web" }, spec: { replicas: 0 } }).observed, false);
    });

    it("waits for new pods, then for old ones to end, then for availability", () => {
        assert.match(withStatus({ updatedReplicas: 1 }).waitsFor, /1 of 3 new pods made/);
        assert.match(withStatus({ replicas: 4 }).waitsFor, /1 pod of the old revision to end/);
        assert.match(withStatus({ availableReplicas: 2 }).waitsFor, /2 of 3 pods available/);
    });

    it("counts one replica where none is given, and is done at once with zero", () => {
        assert.equal(withStatus({ updatedReplicas: 0 }).done, false);
        const none = deployment("web", { replicas: 0 });
        assert.equal(deploymentRollout(none).done, true);
        const unset = { ...none, spec: {} };
        assert.equal(deploymentRollout(unset).done, false);
    });
});

describe("the rollout of a StatefulSet", () => {
    const base = statefulSet("db", { replicas: 3, ready: 3 });
    const withStatus = (status: typeof base.status) =>
        statefulSetRollout({ ...base, status: { ...base.status, ...status } });

    it("is done when all pods are ready and updated", () => {
        assert.equal(statefulSetRollout(base).done, true);
    });

    it("is not judged before its controller has seen the specification", () => {
        assert.equal(withStatus({ observedGeneration: 0 }).observed, false);
        assert.equal(statefulSetRollout({ ...base, metadata: { ...base.metadata, generation: 2 } }).observed, false);
    });

    it("waits for readiness, then for the update of every pod above the partition", () => {
        assert.match(withStatus({ readyReplicas: 1 }).waitsFor, /1 of 3 pods ready/);
        assert.match(withStatus({ updatedReplicas: 2 }).waitsFor, /2 of 3 pods updated/);
        const partition = { ...base.spec, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } };
        const partitioned = { ...base, spec: partition, status: { ...base.status, updatedReplicas: 1 } };
        assert.equal(statefulSetRollout(partitioned).done, true);
    });

    it("is judged by its ready pods alone where pods are updated by hand", () => {
        const byHand = { ...base, spec: { ...base.spec, updateStrategy: { type: "OnDelete" } } };
        assert.equal(statefulSetRollout({ ...byHand, status: { ...base.status, updatedReplicas: 0 } }).done, true);
        assert.equal(statefulSetRollout({ ...byHand, status: { ...base.status, readyReplicas: 2 } }).done, false);
    });
});

describe("the rollout of a DaemonSet", () => {
    const base = daemonSet("agent", { desired: 2, available: 2 });

    it("is done when every node that wants one has an updated, available pod", () => {
        assert.equal(daemonSetRollout(base).done, true);
        assert.equal(daemonSetRollout(daemonSet("agent", { desired: 0 })).done, true);
    });

    it("waits for observation, update and availability", () => {
        assert.equal(daemonSetRollout({ ...base, status: {} }).observed, false);
        assert.match(daemonSetRollout(daemonSet("agent", { desired: 2, updated: 1 })).waitsFor, /1 of 2 pods updated/);
        assert.match(daemonSetRollout(daemonSet("agent", { desired: 2, available: 1 })).waitsFor, /1 of 2 pods avail/);
    });

    it("does not wait for an update that is made by hand", () => {
        const old = { ...base, status: { ...base.status, updatedNumberScheduled: 0 } };
        assert.equal(daemonSetRollout(old).done, false);
        assert.equal(daemonSetRollout({ ...old, spec: { updateStrategy: { type: "OnDelete" } } }).done, true);
    });
});

describe("the rollout of a Job", () => {
    it("is done when it is complete or suspended, and not when it failed or runs", () => {
        const complete = { conditions: [{ type: "Complete", status: "True" }] };
        assert.equal(jobRollout(job("once", complete)).done, true);
        assert.equal(jobRollout({ ...job("once", {}), spec: { suspend: true } }).done, true);
        assert.equal(jobRollout(job("once")).done, false);
        assert.equal(jobRollout(job("once", { conditions: [{ type: "Failed", status: "True" }] })).done, false);
    });
});

describe("the rollout of a pod of nobody", () => {
    it("is done when it serves or has ended well", () => {
        const { pod } = onePod();
        assert.equal(podRollout(pod).done, false);
        assert.equal(podRollout({ ...pod, status: readyStatus() }).done, true);
        assert.equal(podRollout({ ...pod, status: { phase: "Succeeded" } }).done, true);
        assert.equal(podRollout({ ...pod, status: { phase: "Failed" } }).done, false);
    });
});
