import assert from "node:assert/strict";
import { workloadsOf } from "../../../tools/readiness/workloads";
import { at, daemonSet, deployment, job, podOf, replicaSet, snapshotOf, statefulSet } from "../../helpers/kube-objects";

const names = (pods: readonly { readonly metadata: { readonly name: string } }[]): readonly string[] =>
    pods.map(({ metadata }) => metadata.name);

describe("the workloads of a snapshot", () => {
    it("are all that make pods, and pods of nobody, by name", () => {
        const web = deployment("web");
        const set = replicaSet(web);
        const alone = podOf(set, "ReplicaSet", { name: "alone", metadata: { ownerReferences: [] } });
        const workloads = workloadsOf(
            snapshotOf({
                deployments: [web],
                replicaSets: [set],
                statefulSets: [statefulSet("db")],
                daemonSets: [daemonSet("agent")],
                jobs: [job("once")],
                pods: [podOf(set, "ReplicaSet"), alone],
            }),
        );
        assert.deepEqual(
            workloads.map(({ kind, name }) => `${kind} ${name}`),
            [
                "DaemonSet observability/agent",
                "Pod observability/alone",
                "StatefulSet observability/db",
                "Job observability/once",
                "Deployment observability/web",
            ],
        );
    });

    it("leave out what is being deleted, and the runs of CronJobs", () => {
        const web = deployment("web");
        const gone = { ...web, metadata: { ...web.metadata, deletionTimestamp: at(0) } };
        const cron = { kind: "CronJob", name: "nightly", uid: "uid-nightly", controller: true };
        const run = job("nightly-1");
        const owned = { ...run, metadata: { ...run.metadata, ownerReferences: [cron] } };
        assert.deepEqual(workloadsOf(snapshotOf({ deployments: [gone], jobs: [owned] })), []);
    });

    it("have the pods of the wanted revision apart from old and ending ones: Deployment", () => {
        const web = deployment("web");
        const metadata = { ...web.metadata, annotations: { "deployment.kubernetes.io/revision": "2" } };
        const [old, current] = [replicaSet(web, 1), replicaSet(web, 2)];
        const pods = [
            podOf(old, "ReplicaSet", { name: "web-old" }),
            podOf(current, "ReplicaSet", { name: "web-new" }),
            podOf(old, "ReplicaSet", { name: "web-ending", metadata: { deletionTimestamp: at(5) } }),
            podOf(replicaSet(deployment("other")), "ReplicaSet", { name: "of-another" }),
        ];
        const parts = { deployments: [{ ...web, metadata }], replicaSets: [old, current], pods };
        const workload = workloadsOf(snapshotOf(parts)).find(({ name }) => name.endsWith("/web"));
        assert.deepEqual(names(workload?.pods ?? []), ["web-new"]);
        assert.deepEqual(names(workload?.oldPods ?? []), ["web-old"]);
        assert.deepEqual(names(workload?.ending ?? []), ["web-ending"]);
        assert.equal(workload?.maker?.name, "web-rs2");
    });

    it("have the newest ReplicaSet where the Deployment does not say yet which it wants", () => {
        const web = deployment("web");
        const metadata = { ...web.metadata, annotations: {} };
        const replicaSets = [replicaSet(web, 9), replicaSet(web, 10), replicaSet(web, 2)];
        const [workload] = workloadsOf(snapshotOf({ deployments: [{ ...web, metadata }], replicaSets }));
        assert.equal(workload?.revision, "web-rs10");
    });

    it("have the pods of the wanted revision apart from old ones: StatefulSet, DaemonSet", () => {
        const db = statefulSet("db");
        const agent = daemonSet("agent");
        const pods = [
            podOf(db, "StatefulSet", { name: "db-0", labels: { "controller-revision-hash": "db-r0" } }),
            podOf(db, "StatefulSet", { name: "db-1", labels: { "controller-revision-hash": "db-r1" } }),
            podOf(agent, "DaemonSet", { name: "agent-a", labels: { "pod-template-generation": "1" } }),
            podOf(agent, "DaemonSet", { name: "agent-b", labels: { "pod-template-generation": "0" } }),
        ];
        const [one, two] = workloadsOf(snapshotOf({ statefulSets: [db], daemonSets: [agent], pods }));
        assert.deepEqual([names(one?.pods ?? []), names(one?.oldPods ?? [])], [["agent-a"], ["agent-b"]]);
        assert.deepEqual([names(two?.pods ?? []), names(two?.oldPods ?? [])], [["db-1"], ["db-0"]]);
    });

    it("know which StatefulSets replace pods in order", () => {
        const parallel = statefulSet("par");
        const [ordered, other] = workloadsOf(
            snapshotOf({
                statefulSets: [
                    statefulSet("db"),
                    { ...parallel, spec: { ...parallel.spec, podManagementPolicy: "Parallel" } },
                ],
            }),
        );
        assert.deepEqual([ordered?.ordered, other?.ordered], [true, false]);
    });
});
