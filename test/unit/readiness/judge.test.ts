import assert from "node:assert/strict";
import { judge } from "../../../tools/readiness/judge";
import { PULL_MS } from "../../../tools/readiness/pod-view";
import {
    at,
    conditions,
    daemonSet,
    deployment,
    eventOn,
    job,
    nodeNamed,
    onePod,
    podOf,
    readyStatus,
    replicaSet,
    running,
    snapshotOf,
    statefulSet,
    waiting,
} from "../../helpers/kube-objects";
import { causes, onlyCause, onlyVerdict, waitsFor } from "../../helpers/verdicts";

const REFUSED = waiting("ErrImagePull", "ghcr.io/example/main:9: not found");

describe("the verdict on a Deployment that somebody in the cluster is to make", () => {
    const EXPECTED = [{ namespace: "observability", name: "waypoint", maker: "istiod" }];

    it("is that it waits for it, also when all else is ready", () => {
        const snapshot = snapshotOf({ deployments: [deployment("loki", { ready: 1 })] });
        const verdict = judge(snapshot, undefined, EXPECTED).verdicts.find(({ kind, workload }) =>
            `${kind} ${workload}`.endsWith("Deployment observability/waypoint"),
        );
        assert.deepEqual(verdict, {
            workload: "observability/waypoint",
            kind: "Deployment",
            state: "progressing",
            waitsFor: "istiod to make it",
            patience: 0,
        });
    });

    it("is that of any other workload once it is there", () => {
        const snapshot = snapshotOf({ deployments: [deployment("waypoint", { ready: 1 })] });
        const { verdicts } = judge(snapshot, undefined, EXPECTED);
        assert.deepEqual(
            verdicts.map(({ workload, state }) => [workload, state]),
            [["observability/waypoint", "ready"]],
        );
    });

    it("is not given by a workload of another kind or namespace that has its name", () => {
        const elsewhere = deployment("waypoint", { ready: 1 });
        const moved = { ...elsewhere, metadata: { ...elsewhere.metadata, namespace: "edge" } };
        const snapshot = snapshotOf({ deployments: [moved], statefulSets: [statefulSet("waypoint")] });
        const waiting = judge(snapshot, undefined, EXPECTED).verdicts.filter(
            (verdict) => verdict.state === "progressing" && verdict.waitsFor === "istiod to make it",
        );
        assert.equal(waiting.length, 1);
    });
});

describe("the verdict on a workload", () => {
    it("is ready when its rollout is done, whatever a pod of the past looks like", () => {
        const loki = deployment("loki", { ready: 1 });
        const set = replicaSet(loki);
        const pods = [
            podOf(set, "ReplicaSet", { name: "loki-1", status: readyStatus() }),
            podOf(set, "ReplicaSet", { name: "loki-0", status: { phase: "Failed", reason: "Evicted" } }),
        ];
        const snapshot = snapshotOf({ deployments: [loki], replicaSets: [set], pods });
        assert.equal(onlyVerdict(snapshot).state, "ready");
    });

    it("does not blame pods for a specification that no controller has seen", () => {
        const snapshot = onePod({ status: { containerStatuses: [REFUSED] } });
        const changed = snapshot.deployments.map((object) => ({
            ...object,
            metadata: { ...object.metadata, generation: 2 },
        }));
        assert.equal(waitsFor({ ...snapshot, deployments: changed }), "its controller to see the new specification");
    });

    it("does not blame a Deployment for the pods that it replaces", () => {
        const loki = deployment("loki");
        const metadata = { ...loki.metadata, annotations: { "deployment.kubernetes.io/revision": "2" } };
        const [old, current] = [replicaSet(loki, 1), replicaSet(loki, 2)];
        const pods = [
            podOf(old, "ReplicaSet", { name: "old", status: { containerStatuses: [REFUSED] } }),
            podOf(current, "ReplicaSet", { name: "new" }),
        ];
        const snapshot = snapshotOf({ deployments: [{ ...loki, metadata }], replicaSets: [old, current], pods });
        assert.match(waitsFor(snapshot), /container main to start/);
    });

    it("tells one fault of many pods once", () => {
        const loki = deployment("loki", { replicas: 3 });
        const set = replicaSet(loki);
        const pods = [0, 1, 2].map((index) =>
            podOf(set, "ReplicaSet", { name: `loki-${index}`, status: { containerStatuses: [REFUSED] } }),
        );
        assert.match(
            onlyCause(snapshotOf({ deployments: [loki], replicaSets: [set], pods })).problem.where,
            /pod loki-0/,
        );
    });

    it("tells of all workloads in one go", () => {
        const [a, b] = [onePod({ status: { containerStatuses: [REFUSED] } }), statefulSet("db")];
        const pod = podOf(b, "StatefulSet", {
            name: "db-0",
            labels: { "controller-revision-hash": "db-r1" },
            status: { containerStatuses: [REFUSED] },
        });
        const found = causes({ ...a, statefulSets: [b], pods: [...a.pods, pod] });
        assert.deepEqual(
            found.map(({ problem }) => problem.where),
            [
                "StatefulSet observability/db, pod db-0, container main",
                "Deployment observability/loki, pod loki-0, container main",
            ],
        );
    });

    it("waits for pods that nobody made yet", () => {
        const loki = { ...deployment("loki"), status: { observedGeneration: 1 } };
        assert.equal(waitsFor(snapshotOf({ deployments: [loki] })), "0 of 1 new pods made");
    });

    it("names a readiness gate that is not met", () => {
        const status = { ...readyStatus(), conditions: [...conditions("PodScheduled", "ContainersReady"), GATE] };
        assert.match(waitsFor(onePod({ status })), /condition example\.com\/lb/);
    });
    const GATE = { type: "example.com/lb", status: "False" };

    it("is a standstill of its own kind when the Deployment is paused", () => {
        const paused = onePod().deployments.map((object) => ({ ...object, spec: { ...object.spec, paused: true } }));
        const cause = onlyCause({ ...onePod(), deployments: paused });
        assert.deepEqual([cause.definite, cause.problem.what], [true, "is paused"]);
    });
});

describe("a StatefulSet whose old pod is in the way", () => {
    const db = statefulSet("db", { updated: 0 });
    const old = podOf(db, "StatefulSet", {
        name: "db-0",
        labels: { "controller-revision-hash": "db-r0" },
        status: { containerStatuses: [REFUSED] },
    });

    it("is given up with the pod to delete, since its controller waits for that pod for ever", () => {
        const cause = onlyCause(snapshotOf({ statefulSets: [db], pods: [old] }));
        assert.equal(cause.definite, true);
        assert.match(cause.problem.what, /old revision is in the way: image .* not found/);
        assert.match(cause.problem.fix, /kubectl -n observability delete pod db-0/);
    });

    it("is only waited for when pods are replaced in parallel, or the old pod is about to go", () => {
        const parallel = { ...db, spec: { ...db.spec, podManagementPolicy: "Parallel" } };
        assert.deepEqual(causes(snapshotOf({ statefulSets: [parallel], pods: [old] })), []);
        const ending = { ...old, metadata: { ...old.metadata, deletionTimestamp: at(1) } };
        assert.deepEqual(causes(snapshotOf({ statefulSets: [db], pods: [ending] })), []);
    });
});

describe("a Job", () => {
    const failedPod = (name: string) =>
        podOf(job("once"), "Job", {
            name,
            status: {
                phase: "Failed",
                containerStatuses: [{ name: "main", state: { terminated: { exitCode: 3, reason: "Error" } } }],
            },
        });

    it("that failed is given up, with the log of its last pod", () => {
        const failed = [
            { type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "reached the limit" },
        ];
        const snapshot = snapshotOf({ jobs: [job("once", { conditions: failed })], pods: [failedPod("once-a")] });
        const cause = causes(snapshot).find(({ definite }) => definite);
        assert.match(cause?.problem.what ?? "", /failed: BackoffLimitExceeded: reached the limit/);
        assert.match(cause?.problem.fix ?? "", /delete job once/);
        assert.deepEqual([cause?.log?.pod, cause?.log?.previous], ["once-a", false]);
    });

    it("that tries again is shown with how its pods ended, and not given up", () => {
        const cause = onlyCause(snapshotOf({ jobs: [job("once")], pods: [failedPod("once-a"), failedPod("once-b")] }));
        assert.equal(cause.definite, false);
        assert.match(cause.problem.what, /exit code 3/);
    });
});

describe("trouble with nodes", () => {
    it("is shown for pods that are on one and not ready, and not given up", () => {
        const nodes = [nodeNamed("node-1", { Ready: "Unknown" })];
        const snapshot = onePod({ status: { containerStatuses: [running(false)] } }, { nodes });
        const cause = onlyCause(snapshot);
        assert.equal(cause.definite, false);
        assert.match(cause.problem.what, /its node node-1 is not ready/);
        assert.deepEqual(
            causes({ ...snapshot, nodes: [nodeNamed("node-1"), nodeNamed("node-2", { Ready: "False" })] }),
            [],
        );
    });

    it("is shown with what the node is short of", () => {
        const nodes = [nodeNamed("node-1", { DiskPressure: "True" })];
        assert.match(onlyCause(onePod({}, { nodes })).problem.fix, /free disk space/);
    });

    it("is shown when a node has thrown a pod out", () => {
        const message = "The node was low on resource: ephemeral-storage.";
        const cause = onlyCause(onePod({ status: { phase: "Failed", reason: "Evicted", message } }));
        assert.equal(cause.definite, false);
        assert.match(cause.problem.what, /thrown out by its node: Evicted: The node was low on resource/);
    });
});

describe("how long something may be quiet", () => {
    const patienceOf = (snapshot: Parameters<typeof judge>[0]): number => {
        const verdict = onlyVerdict(snapshot);
        return verdict.state === "ready" ? 0 : verdict.patience;
    };

    it("is longer while an image is pulled, and no longer once that ended", () => {
        const snapshot = onePod();
        const pulling = eventOn(snapshot.pod, "Pulling", "Pulling image", { container: "main", seconds: 0 });
        assert.equal(patienceOf({ ...snapshot, events: [pulling] }), PULL_MS);
        assert.match(waitsFor({ ...snapshot, events: [pulling] }), /image ghcr\.io\/example\/main:1\.2\.3 is pulled/);
        const pulled = eventOn(snapshot.pod, "Pulled", "Pulled", { container: "main", seconds: 0 });
        assert.equal(patienceOf({ ...snapshot, events: [pulling, pulled] }), 0);
        const other = eventOn(snapshot.pod, "Pulling", "Pulling image", { container: "other" });
        assert.equal(patienceOf({ ...snapshot, events: [other] }), 0);
    });

    it("is what probes leave a container", () => {
        const probe = { initialDelaySeconds: 10, periodSeconds: 5, failureThreshold: 60 };
        const containers = [{ name: "main", startupProbe: probe, readinessProbe: { initialDelaySeconds: 30 } }];
        const status = { containerStatuses: [running(false)] };
        assert.equal(patienceOf(onePod({ spec: { containers }, status })), 340_000);
    });

    it("is the grace period of a pod that is ending", () => {
        const loki = { ...deployment("loki", { ready: 1 }), status: undefined };
        const status = { observedGeneration: 1, replicas: 2, updatedReplicas: 1, availableReplicas: 1 };
        const set = replicaSet(loki);
        const metadata = { deletionTimestamp: at(300), deletionGracePeriodSeconds: 300 };
        const pods = [podOf(set, "ReplicaSet", { metadata, status: readyStatus() })];
        const snapshot = snapshotOf({ deployments: [{ ...loki, status }], replicaSets: [set], pods });
        assert.equal(patienceOf(snapshot), 330_000);
    });
});

describe("progress", () => {
    const progressed = (...snapshots: readonly Parameters<typeof judge>[0][]): boolean => {
        const [first, ...rest] = snapshots;
        assert.ok(first !== undefined);
        return rest.reduce((judgement, snapshot) => judge(snapshot, judgement), judge(first)).progressed;
    };
    const created = onePod();
    const started = onePod({ status: { containerStatuses: [running(false)] } });

    it("is any step of any pod", () => {
        const steps = [
            onePod({ spec: { nodeName: undefined }, status: { conditions: [], containerStatuses: [] } }),
            created,
            { ...created, events: [eventOn(created.pod, "Pulling", "", { container: "main" })] },
            { ...created, events: [eventOn(created.pod, "Pulled", "", { container: "main" })] },
            started,
            onePod({ status: readyStatus() }),
        ];
        steps.reduce((judgement, snapshot, index) => {
            const next = judge(snapshot, judgement);
            assert.equal(next.progressed, true, String(index));
            assert.equal(judge(snapshot, next).progressed, false, String(index));
            return next;
        }, judge(snapshotOf()));
    });

    it("is a claim that is bound, a node that is well, a Job's run", () => {
        const claims = (phase: string) =>
            snapshotOf({ claims: [{ metadata: { name: "c" }, spec: {}, status: { phase } }] });
        assert.equal(progressed(claims("Pending"), claims("Bound")), true);
        const nodes = (Ready: string) => snapshotOf({ nodes: [nodeNamed("n", { Ready })] });
        assert.equal(progressed(nodes("False"), nodes("True")), true);
        const jobs = (succeeded: number) => snapshotOf({ jobs: [job("j", { active: 1, succeeded })] });
        assert.equal(progressed(jobs(0), jobs(1)), true);
        const sets = (available: number) => snapshotOf({ daemonSets: [daemonSet("d", { desired: 2, available })] });
        assert.equal(progressed(sets(0), sets(1)), true);
    });

    it("is not that something starts again, is lost and found, or is made anew", () => {
        const restarted = { ...running(false), restartCount: 3 };
        assert.equal(progressed(started, onePod({ status: { containerStatuses: [restarted] } })), false);
        assert.equal(progressed(created, started, created, started), false);
        const other = onePod({ name: "loki-xyz", status: { containerStatuses: [running(false)] } });
        assert.equal(progressed(started, other), false);
        const pod = { ...started.pod, metadata: { ...started.pod.metadata, name: "thrown-out" } };
        const thrownOut = { ...pod, status: { phase: "Failed", reason: "Evicted" } };
        assert.equal(progressed(started, { ...started, pods: [...started.pods, thrownOut] }), false);
    });
});
