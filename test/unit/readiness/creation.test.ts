import assert from "node:assert/strict";
import type { Snapshot } from "../../../tools/readiness/snapshot";
import { at, deployment, eventOn, named, podOf, replicaSet, snapshotOf, statefulSet } from "../../helpers/kube-objects";
import { causes, onlyCause } from "../../helpers/verdicts";

const LOKI = { ...deployment("loki"), status: { observedGeneration: 1 } };
const SET = replicaSet(LOKI);

function refused(message: string, { seconds = -1 } = {}, parts: Partial<Snapshot> = {}): Snapshot {
    const events = [eventOn(SET, "FailedCreate", `Error creating: ${message}`, { seconds, count: 3 })];
    return snapshotOf({ deployments: [LOKI], replicaSets: [SET], events, ...parts });
}

const SECURITY =
    'pods "loki-rs1-abc" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false)';
const ACCOUNT =
    'pods "loki-rs1-" is forbidden: error looking up service account observability/loki: serviceaccount "loki" not found';
const QUOTA =
    'pods "loki-rs1-abc" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2';

describe("a workload whose pods are refused", () => {
    it("is given up with what Pod Security asks for", () => {
        const cause = onlyCause(refused(SECURITY));
        assert.equal(cause.definite, true);
        assert.equal(cause.problem.where, "Deployment observability/loki");
        assert.match(cause.problem.what, /violate Pod Security "restricted:latest": allowPrivilegeEscalation != false/);
    });

    it("is given up when its ServiceAccount is missing, and not when that came later or comes by itself", () => {
        const cause = onlyCause(refused(ACCOUNT));
        assert.equal(cause.definite, true);
        assert.match(cause.problem.what, /ServiceAccount loki is missing/);
        assert.equal(onlyCause(refused(ACCOUNT, {}, { serviceAccounts: [named("loki")] })).definite, false);
        const own = ACCOUNT.replaceAll("/loki", "/default").replace('"loki"', '"default"');
        assert.equal(onlyCause(refused(own, {}, { serviceAccounts: [] })).definite, false);
    });

    it("is given up over a quota, but not while pods that still count are ending", () => {
        assert.equal(onlyCause(refused(QUOTA)).definite, true);
        assert.match(onlyCause(refused(QUOTA)).problem.what, /quota exceeded: small, requested: pods=1/);
        const ending = podOf(SET, "ReplicaSet", { metadata: { deletionTimestamp: at(20) } });
        assert.equal(onlyCause(refused(QUOTA, {}, { pods: [ending] })).definite, false);
    });

    it("is given up by classes that do not exist, a denial and an invalid pod", () => {
        const definite: readonly (readonly [string, RegExp])[] = [
            ['pods "x" is forbidden: no PriorityClass with name urgent was found', /PriorityClass urgent is missing/],
            ['pods "x" is forbidden: pod rejected: RuntimeClass "gvisor" not found', /RuntimeClass gvisor is missing/],
            ['admission webhook "policy.example.com" denied the request: no', /denied the request: no/],
            ['Pod "x" is invalid: spec.containers[0].image: Required value', /is invalid/],
            ['pods "x" is forbidden: maximum memory usage per Container is 1Gi', /maximum memory usage/],
        ];
        for (const [message, what] of definite) {
            const cause = onlyCause(refused(message));
            assert.equal(cause.definite, true, message);
            assert.match(cause.problem.what, what);
        }
    });

    it("waits for a webhook that does not answer yet, and names it", () => {
        const message =
            'Internal error occurred: failed calling webhook "namespace.sidecar-injector.istio.io": failed to call webhook: connect: connection refused';
        const cause = onlyCause(refused(message));
        assert.equal(cause.definite, false);
        assert.match(cause.problem.fix, /webhook namespace\.sidecar-injector\.istio\.io does not answer/);
    });

    it("waits over a fault of the API server", () => {
        assert.equal(onlyCause(refused("etcdserver: request timed out")).definite, false);
    });

    it("is well again once a pod was made, and an old refusal is tried again first", () => {
        const made = eventOn(SET, "SuccessfulCreate", "Created pod: loki-rs1-abc", { seconds: 2 });
        const snapshot = refused(SECURITY);
        assert.deepEqual(causes({ ...snapshot, events: [...(snapshot.events ?? []), made] }), []);
        assert.equal(onlyCause(refused(SECURITY, { seconds: -600 })).definite, false);
    });

    it("is not judged by what a ReplicaSet of an older revision was refused", () => {
        const newer = replicaSet(LOKI, 2);
        const annotations = { "deployment.kubernetes.io/revision": "2" };
        const current = { ...LOKI, metadata: { ...LOKI.metadata, annotations } };
        assert.deepEqual(causes(refused(SECURITY, {}, { deployments: [current], replicaSets: [SET, newer] })), []);
    });

    it("may be a StatefulSet, whose controller words it differently", () => {
        const db = { ...statefulSet("db"), status: { observedGeneration: 1, updateRevision: "db-r1" } };
        const events = [
            eventOn(db, "FailedCreate", `create Pod db-0 in StatefulSet db failed error: ${SECURITY}`, { count: 9 }),
        ];
        const cause = onlyCause(snapshotOf({ statefulSets: [db], events }));
        assert.equal(cause.definite, true);
        assert.equal(cause.problem.where, "StatefulSet observability/db");
    });
});
