import assert from "node:assert/strict";
import { outcomeLines } from "../../../tools/watch/delivery";
import { readOutcome } from "../../../tools/watch/engine-output";

/** As Pulumi 3.245.0 printed it. */
const GOOD = `Updating (dev-fast):

@ updating....
 ~  kubernetes:core/v1:ConfigMap applications-configmap.apps.web updating (0s) [diff: ~data]
 ~  kubernetes:core/v1:ConfigMap applications-configmap.apps.web updating (0s) [diff: ~data];
 ~  kubernetes:core/v1:ConfigMap applications-configmap.apps.web updated (0.21s) [diff: ~data];
 +  kubernetes:apps/v1:Deployment applications-deployment.apps.web-api.v2 created (0.34s)
 -  kubernetes:gateway.networking.k8s.io/v1:HTTPRoute applications-httproute.apps.old deleted (0.19s)
    pulumi:pulumi:Stack hearth-dev-fast
Resources:
    ~ 1 updated
    103 unchanged

Duration: 5s
`;

const BAD = `Updating (dev-fast):

@ updating.......
 ~  kubernetes:core/v1:ConfigMap applications-configmap.apps.web updated (0.21s) [diff: ~data];
 +  kubernetes:apps/v1:Deployment applications-deployment.apps.web creating (0s)
 +  kubernetes:apps/v1:Deployment applications-deployment.apps.web creating (0s); error: Deployment in version "v1"
 +  kubernetes:apps/v1:Deployment applications-deployment.apps.web **creating failed**; error: Deployment in version "v1"
    pulumi:pulumi:Stack hearth-dev-fast running error: update failed
    pulumi:pulumi:Stack hearth-dev-fast **failed** 1 error
Diagnostics:
  kubernetes:apps/v1:Deployment (applications-deployment.apps.web):
    error: Deployment in version "v1" cannot be handled: unknown field "spec.replica"

  pulumi:pulumi:Stack (hearth-dev-fast):
    error: update failed

Resources:
    ~ 1 updated
    103 unchanged
    1 errored

Duration: 5s
`;

describe("what the engine's display says", () => {
    it("is a result for each object that was made, changed or removed, and none for what stayed", () => {
        const outcome = readOutcome(GOOD, true);
        assert.equal(outcome.well, true);
        assert.deepEqual(outcomeLines(outcome), [
            "ok ConfigMap apps/web: updated (0.21s)",
            "ok Deployment apps/web-api.v2: created (0.34s)",
            "ok HTTPRoute apps/old: deleted (0.19s)",
        ]);
    });

    it("is the whole error of an object that failed, once, beside what went well", () => {
        const outcome = readOutcome(BAD, false);
        assert.equal(outcome.well, false);
        assert.deepEqual(outcomeLines(outcome), [
            "ok ConfigMap apps/web: updated (0.21s)",
            '!! Deployment apps/web: Deployment in version "v1" cannot be handled: unknown field "spec.replica"',
        ]);
    });

    it("is the program's error where the program failed", () => {
        const output = "Diagnostics:\n  pulumi:pulumi:Stack (hearth-dev-fast):\n    error: Running program failed: x\n";
        assert.deepEqual(outcomeLines(readOutcome(output, false)), ["!! Running program failed: x"]);
    });

    it("is the last words of an engine that says nothing that is understood", () => {
        const outcome = readOutcome("error: the stack is currently locked by 1 lock(s)\n", false);
        assert.deepEqual(
            [outcome.well, outcome.errors],
            [false, ["error: the stack is currently locked by 1 lock(s)"]],
        );
        assert.equal(readOutcome("", false).errors.length, 1);
    });

    it("is well for a run that had nothing to do", () => {
        assert.deepEqual(readOutcome("Resources:\n    104 unchanged\n", true), { results: [], errors: [], well: true });
    });
});
