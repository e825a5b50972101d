import assert from "node:assert/strict";
import { podRequests, quantity, quantityText } from "../../../tools/readiness/quantity";
import type { PodSpec } from "../../../tools/readiness/objects";
import type { Snapshot } from "../../../tools/readiness/snapshot";
import { claim, eventOn, nodeNamed, onePod, podSpec } from "../../helpers/kube-objects";
import { onlyCause, waitsFor } from "../../helpers/verdicts";

const NO_NODE = { nodeName: undefined };

function unscheduled(message: string, spec: Partial<PodSpec> = {}, parts: Partial<Snapshot> = {}) {
    const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
    return onePod({ spec: { ...NO_NODE, ...spec }, status: { conditions, containerStatuses: [] } }, parts);
}

const asking = (requests: Readonly<Record<string, string>>): Partial<PodSpec> => ({
    containers: [{ name: "main", resources: { requests } }],
});

describe("a pod that no node takes", () => {
    const cpu =
        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";

    it("is given up at once when not even an empty node is large enough, with the numbers", () => {
        const cause = onlyCause(unscheduled(cpu, asking({ cpu: "1000" })));
        assert.equal(cause.definite, true);
        assert.equal(cause.problem.where, "Deployment observability/loki, pod loki-0");
        assert.match(cause.problem.what, /it asks for 1000 cpu, and the largest node has 8/);
    });

    it("is waited for when a node could take it, with the scheduler's words at once", () => {
        const cause = onlyCause(unscheduled(cpu, asking({ cpu: "500m", memory: "1Gi" })));
        assert.equal(cause.definite, false);
        assert.equal(cause.problem.what, "no node takes it: 0/1 nodes are available: 1 Insufficient cpu");
        assert.match(cause.problem.fix, /hearth:layers.*hearth:workers/);
    });

    it("is waited for when an autoscaler brings a node, or no node may be seen", () => {
        const snapshot = unscheduled(cpu, asking({ cpu: "1000" }));
        const events = [eventOn(snapshot.pod, "TriggeredScaleUp", "pod triggered scale-up")];
        assert.equal(onlyCause({ ...snapshot, events }).definite, false);
        assert.equal(onlyCause({ ...snapshot, nodes: undefined }).definite, false);
    });

    it("is told why by taints, pressure and readiness of nodes", () => {
        const fixes: readonly (readonly [string, RegExp])[] = [
            ["1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }", /describe nodes/],
            ["1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }", /free disk space/],
            ["1 node(s) had untolerated taint {dedicated: gpu}", /remove the taint/],
            ["1 node(s) didn't match Pod's node affinity/selector", /describe pod loki-0/],
            ["1 Too many pods", /hearth:layers/],
        ];
        for (const [reason, fix] of fixes) {
            const cause = onlyCause(unscheduled(`0/1 nodes are available: ${reason}. preemption: none`));
            assert.match(cause.problem.fix, fix, reason);
            assert.equal(cause.definite, false);
        }
    });

    it("is nothing yet when the scheduler has not looked", () => {
        const snapshot = onePod({ spec: NO_NODE, status: { conditions: [], containerStatuses: [] } });
        assert.equal(waitsFor(snapshot), "a node for pod loki-0");
    });
});

describe("a pod whose claim is not bound", () => {
    const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data-loki-0" } }];
    const with_ = (
        parts: Partial<Snapshot>,
        message = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims",
    ) => unscheduled(message, { volumes }, parts);

    it("is given up when the claim has no class and nothing fits", () => {
        const own = claim("data-loki-0");
        const complaint = "no persistent volumes available for this claim and no storage class is set";
        const events = [eventOn(own, "FailedBinding", complaint)];
        for (const snapshot of [
            with_({ claims: [own], events }),
            with_({ claims: [claim("data-loki-0", { storageClassName: "" })] }),
        ]) {
            const cause = onlyCause(snapshot);
            assert.equal(cause.definite, true);
            assert.match(cause.problem.what, /has no StorageClass/);
            assert.match(cause.problem.where, /pod loki-0, claim data-loki-0$/);
        }
    });

    it("waits while a class may still be given to it", () => {
        assert.equal(onlyCause(with_({ claims: [claim("data-loki-0")] })).definite, false);
    });

    it("is given up when its class does not exist, and not when classes may not be read", () => {
        const claims = [claim("data-loki-0", { storageClassName: "fast" })];
        const cause = onlyCause(with_({ claims }));
        assert.equal(cause.definite, true);
        assert.match(cause.problem.what, /StorageClass fast, which does not exist/);
        assert.equal(onlyCause(with_({ claims, storageClasses: undefined })).definite, false);
    });

    it("waits for a provisioner that fails, with its words", () => {
        const own = claim("data-loki-0", { storageClassName: "standard" });
        const events = [eventOn(own, "ProvisioningFailed", "failed to provision volume: no space left")];
        const cause = onlyCause(with_({ claims: [own], events }));
        assert.equal(cause.definite, false);
        assert.match(cause.problem.what, /no space left/);
        assert.match(cause.problem.fix, /provisioner of StorageClass standard/);
    });

    it("is given up when the claim is missing or has lost its volume", () => {
        const missing = onlyCause(with_({}, 'persistentvolumeclaim "data-loki-0" not found'));
        assert.deepEqual([missing.definite, missing.problem.what], [true, "is missing"]);
        const lost = onlyCause(with_({ claims: [claim("data-loki-0", { volumeName: "pv-1" }, "Lost")] }));
        assert.deepEqual([lost.definite, lost.problem.what], [true, "lost its volume pv-1"]);
    });

    it("is about the node, not the claim, when the scheduler says so", () => {
        const own = claim("data-loki-0", { storageClassName: "standard" });
        const events = [eventOn(own, "ProvisioningFailed", "no space left")];
        for (const parts of [{ claims: [own] }, { claims: [own], events }]) {
            const cause = onlyCause(with_(parts, "0/1 nodes are available: 1 Insufficient memory"));
            assert.match(cause.problem.what, /Insufficient memory/);
        }
    });
});

describe("what a pod asks of a node", () => {
    it("reads quantities as Kubernetes writes them", () => {
        const numbers: readonly (readonly [string, number])[] = [
            ["100m", 0.1],
            ["2", 2],
            ["1.5", 1.5],
            ["1Ki", 1024],
            ["3Gi", 3 * 2 ** 30],
            ["5G", 5e9],
            ["1e3", 1000],
            ["250k", 250_000],
        ];
        for (const [text, value] of numbers) assert.ok(Math.abs(quantity(text) - value) < 1e-9, text);
        assert.ok(Number.isNaN(quantity("many")));
        assert.equal(quantityText("memory", 1.5 * 2 ** 30), "1.5Gi");
        assert.equal(quantityText("cpu", 0.25), "0.25");
    });

    it("counts containers and sidecars together, and an init container beside the sidecars before it", () => {
        const requests = (cpu: string) => ({ resources: { requests: { cpu } } });
        const spec = podSpec({
            initContainers: [
                { name: "side", restartPolicy: "Always", ...requests("1") },
                { name: "init", ...requests("5") },
            ],
            containers: [
                { name: "a", ...requests("2") },
                { name: "b", ...requests("500m") },
            ],
            overhead: { cpu: "250m" },
        });
        assert.equal(podRequests(spec)["cpu"], 6.25);
        assert.equal(podRequests({ ...spec, initContainers: [] })["cpu"], 2.75);
    });

    it("has to fit into one node in all resources at once", () => {
        const nodes = [
            nodeNamed("small", {}, { cpu: "1", memory: "64Gi" }),
            nodeNamed("narrow", {}, { cpu: "16", memory: "1Gi" }),
        ];
        const message = "0/2 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.";
        const cause = onlyCause(unscheduled(message, asking({ cpu: "8", memory: "8Gi" }), { nodes }));
        assert.equal(cause.definite, true);
        assert.match(cause.problem.what, /no node has all that it asks for/);
    });
});
