import assert from "node:assert/strict";
import { judge } from "../../../tools/readiness/judge";
import { isReady } from "../../../tools/readiness/patience";
import { strayServices } from "../../../tools/readiness/services";
import type { Service } from "../../../tools/readiness/objects";
import { at, deployment, onePod, podSpec, readyStatus, service, snapshotOf } from "../../helpers/kube-objects";

const containers = [{ name: "main", ports: [{ name: "http", containerPort: 3100 }] }];
const LOKI = onePod(
    { labels: { app: "loki" }, spec: { containers }, status: readyStatus() },
    { deployments: [deployment("loki", { ready: 1 })], simulated: true, configMaps: [], priorityClasses: [] },
);

const stray = (spec: Service["spec"], snapshot: typeof LOKI = LOKI) =>
    strayServices({ ...snapshot, services: [service("loki", spec)] });

describe("a Service", () => {
    it("leads somewhere when a pod has its labels and its port", () => {
        for (const targetPort of ["http", 3100, 9999, "3100", undefined]) {
            const ports = [{ port: 80, ...(targetPort === undefined ? {} : { targetPort }) }];
            assert.deepEqual(stray({ selector: { app: "loki" }, ports }), [], String(targetPort));
        }
    });

    it("leads nowhere when no pod has its labels", () => {
        const [problem, ...more] = stray({ selector: { app: "loki", part: "other" } });
        assert.deepEqual(more, []);
        assert.equal(problem?.where, "Service observability/loki");
        assert.match(problem?.what ?? "", /selector \(app=loki,part=other\) matches no pod/);
    });

    it("leads nowhere when its pods have no port of that name", () => {
        const ports = [
            { port: 80, targetPort: "http" },
            { port: 90, targetPort: "grpc" },
        ];
        const problems = stray({ selector: { app: "loki" }, ports });
        assert.deepEqual(
            problems.map(({ what }) => what),
            ["its port 90 leads to a port named grpc, which its pods do not have"],
        );
    });

    it("does not count pods that are ending, or of another namespace", () => {
        const pods = LOKI.pods.map((pod) => ({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: at(0) } }));
        const bare = { ...LOKI, pods, deployments: [] };
        assert.equal(stray({ selector: { app: "loki" } }, bare).length, 1);
        const elsewhere = LOKI.pods.map((pod) => ({ ...pod, metadata: { ...pod.metadata, namespace: "edge" } }));
        assert.equal(stray({ selector: { app: "loki" } }, { ...bare, pods: elsewhere }).length, 1);
    });

    it("leads somewhere though its workload is scaled to zero", () => {
        const zero = deployment("idle", { replicas: 0 });
        const services = [service("idle", { selector: { app: "idle" } })];
        assert.deepEqual(strayServices(snapshotOf({ deployments: [zero], services })), []);
        const spec = { template: { metadata: { labels: { app: "idle" } }, spec: podSpec() } };
        assert.equal(strayServices(snapshotOf({ services })).length, 1);
        assert.deepEqual(strayServices(snapshotOf({ deployments: [{ ...zero, spec }], services })), []);
    });

    it("is not asked where somebody else says where it leads", () => {
        assert.deepEqual(stray({}), []);
        assert.deepEqual(stray({ selector: {} }), []);
        assert.deepEqual(stray({ type: "ExternalName", selector: { app: "none" } }), []);
    });

    it("is held against the simulated cluster only, and only once all pods are there", () => {
        const services = [service("loki", { selector: { app: "none" } })];
        const judgement = judge({ ...LOKI, services });
        assert.equal(isReady(judgement), false);
        assert.deepEqual([judgement.causes.length, judgement.causes[0]?.definite], [1, true]);
        assert.equal(isReady(judge({ ...LOKI, services, simulated: false })), true);
        assert.deepEqual(judge({ ...LOKI, services, deployments: [deployment("loki")] }).causes, []);
    });
});
