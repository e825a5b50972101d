import assert from "node:assert/strict";
import {
    OBSTACLE_MS,
    Patience,
    STANDSTILL_MS,
    UNSCHEDULABLE_MS,
    podState,
    type Pod,
} from "../../../tools/garage/pod-state";

function pod(status: Pod["status"], deleted = false): Pod {
    return { metadata: { name: "garage-0", ...(deleted ? { deletionTimestamp: "now" } : {}) }, status };
}

const waiting = (reason: string, restartCount = 0, message?: string): Pod =>
    pod({ phase: "Pending", containerStatuses: [{ restartCount, state: { waiting: { reason, message } } }] });
const UNSCHEDULABLE = pod({
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes available" }],
});

describe("podState", () => {
    it("takes the pod that is ready, and not one that is going away", () => {
        const conditions = [{ type: "Ready", status: "True" }];
        assert.equal(podState([pod({ conditions })]).ready, "garage-0");
        assert.equal(podState([pod({ conditions }, true)]).ready, undefined);
    });

    it("says that there is no pod yet", () => {
        assert.deepEqual(podState([]), { fingerprint: "none", status: "no pod yet" });
    });

    it("waits for ordinary steps without an obstacle", () => {
        for (const reason of ["ContainerCreating", "PodInitializing"]) {
            assert.equal(podState([waiting(reason)]).obstacle, undefined);
        }
    });

    it("names an image that cannot be had, a crash and a pod that fits nowhere, each with its fix", () => {
        const image = podState([waiting("ImagePullBackOff", 0, "not found: garage:v0")]).obstacle?.problem;
        assert.match(image?.what ?? "", /not found: garage:v0/);
        assert.match(image?.fix ?? "", /hearth:images/);
        assert.match(podState([waiting("CrashLoopBackOff", 3)]).obstacle?.problem.fix ?? "", /logs --previous/);
        assert.match(podState([UNSCHEDULABLE]).obstacle?.problem.what ?? "", /0\/1 nodes available/);
    });
});

describe("Patience", () => {
    it("has no end while something happens", () => {
        const patience = new Patience(0);
        for (let minute = 0; minute < 600; minute++) {
            const state = { fingerprint: `layer ${minute}`, status: "pulling" };
            assert.equal(patience.observe(state, minute * 60_000), undefined);
        }
    });

    it("ends soon at an obstacle, even when its name alternates and restarts are counted", () => {
        const patience = new Patience(0);
        const looks = [waiting("ErrImagePull"), waiting("ImagePullBackOff"), waiting("CrashLoopBackOff", 1)];
        for (let now = 0; now < OBSTACLE_MS; now += 1000) {
            const look = looks[(now / 1000) % 3] ?? assert.fail();
            assert.equal(patience.observe(podState([look]), now), undefined);
        }
        assert.ok(patience.observe(podState([waiting("ImagePullBackOff")]), OBSTACLE_MS) !== undefined);
    });

    it("forgives an obstacle that went away", () => {
        const patience = new Patience(0);
        const crash = podState([waiting("CrashLoopBackOff")]);
        assert.equal(patience.observe(crash, 0), undefined);
        assert.equal(patience.observe(podState([waiting("ContainerCreating")]), OBSTACLE_MS - 1), undefined);
        assert.equal(patience.observe(crash, OBSTACLE_MS), undefined);
    });

    it("waits long for nodes whose network is on its way, and names them in the end", () => {
        const message =
            "0/2 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }";
        const coming = pod({
            phase: "Pending",
            conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
        });
        const patience = new Patience(0);
        for (const now of [0, UNSCHEDULABLE_MS, STANDSTILL_MS - 1]) {
            assert.equal(patience.observe(podState([coming]), now), undefined, String(now));
        }
        assert.match(patience.observe(podState([coming]), STANDSTILL_MS)?.fix ?? "", /kube-system get pods/);
    });

    it("gives the nodes of a new cluster their time", () => {
        const patience = new Patience(0);
        assert.equal(patience.observe(podState([UNSCHEDULABLE]), 0), undefined);
        assert.equal(patience.observe(podState([UNSCHEDULABLE]), UNSCHEDULABLE_MS - 1), undefined);
        assert.ok(patience.observe(podState([UNSCHEDULABLE]), UNSCHEDULABLE_MS) !== undefined);
    });

    it("ends at a standstill that nothing explains", () => {
        const patience = new Patience(0);
        const state = podState([waiting("ContainerCreating")]);
        assert.equal(patience.observe(state, 0), undefined);
        assert.equal(patience.observe(state, STANDSTILL_MS - 1), undefined);
        assert.match(patience.observe(state, STANDSTILL_MS)?.what ?? "", /nothing has happened for 10 minutes/);
    });
});
