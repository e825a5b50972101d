import assert from "node:assert/strict";
import { readSnapshot } from "../../../tools/push/snapshot";
import { judge, type Verdict } from "../../../tools/push/verdict";
import { application, synced } from "../../helpers/fake-argocd";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const OLD = "fedcba9876543210fedcba9876543210fedcba98";

function verdict(items: readonly object[], applications: readonly string[] = ["apps-web"]): Verdict {
    return judge(readSnapshot({ items }), { commit: COMMIT, applications });
}

function set(status: object, annotations: Readonly<Record<string, string>> = {}): object {
    return { kind: "ApplicationSet", metadata: { name: "hearth-applications", annotations }, status };
}

describe("the verdict on a push", () => {
    const stateOf = (items: readonly object[]): string | undefined => verdict(items).applications[0]?.state;

    it("is over when every application is what the commit says, and well", () => {
        const { over, well } = verdict([set({}), application("apps-web", synced(COMMIT))]);
        assert.deepEqual([over, well], [true, true]);
    });

    it("waits for an application that is not there, has not looked, or is at another commit", () => {
        assert.equal(stateOf([]), "waiting");
        assert.equal(stateOf([application("apps-web", {})]), "waiting");
        assert.equal(stateOf([application("apps-web", synced(OLD))]), "waiting");
        const refresh = { "argocd.argoproj.io/refresh": "normal" };
        assert.equal(stateOf([application("apps-web", synced(COMMIT), refresh)]), "waiting");
    });

    it("believes no error from before the look that it has asked for", () => {
        const status = { conditions: [{ type: "ComparisonError", message: "of the last commit" }] };
        const refresh = { "argocd.argoproj.io/refresh": "normal" };
        assert.equal(stateOf([application("apps-web", status, refresh)]), "waiting");
        assert.equal(stateOf([application("apps-web", status)]), "failed");
        const failed = { type: "ErrorOccurred", status: "True", message: "of the last look" };
        const asked = { "argocd.argoproj.io/application-set-refresh": "true" };
        const well = application("apps-web", synced(COMMIT));
        assert.equal(verdict([set({ conditions: [failed] }, asked), well]).over, false);
        assert.deepEqual(verdict([set({ conditions: [failed] }), well]).errors, ["of the last look"]);
    });

    it("takes no warning for an error", () => {
        const status = { ...synced(COMMIT), conditions: [{ type: "OrphanedResourceWarning", message: "one" }] };
        assert.equal(stateOf([application("apps-web", status)]), "well");
    });

    it("is the message of a sync that failed, or that is tried again", () => {
        for (const [phase, message] of [
            ["Failed", "one or more objects failed to apply"],
            ["Error", "no such namespace"],
            ["Running", "one failed. Retrying attempt #1 at 10:00AM."],
        ] as const) {
            const status = {
                sync: { status: "OutOfSync", revision: COMMIT },
                health: { status: "Missing" },
                operationState: { phase, message, syncResult: { revision: COMMIT, resources: [] } },
            };
            const [found] = verdict([application("apps-web", status)]).applications;
            assert.deepEqual([found?.state, found?.says], ["failed", message]);
        }
    });

    it("is not the failure of another commit's sync", () => {
        const status = {
            sync: { status: "OutOfSync", revision: COMMIT },
            operationState: { phase: "Failed", message: "old", syncResult: { revision: OLD, resources: [] } },
        };
        assert.equal(stateOf([application("apps-web", status)]), "waiting");
    });

    it("waits while pods come, and tells why they do not", () => {
        const health = (status: string, message = ""): object => ({
            ...synced(COMMIT),
            health: { status, message },
        });
        assert.equal(stateOf([application("apps-web", health("Progressing"))]), "waiting");
        const [found] = verdict([application("apps-web", health("Degraded", "no image"))]).applications;
        assert.deepEqual([found?.state, found?.says.endsWith("Degraded: no image")], ["failed", true]);
    });

    it("waits for an application whose folder is gone to go", () => {
        const items = [application("apps-web", synced(COMMIT)), application("apps-old", synced(OLD))];
        const { over, applications } = verdict(items);
        assert.equal(over, false);
        assert.match(applications.find(({ name }) => name === "apps-old")?.says ?? "", /is being removed/);
    });

    it("is well at once for a commit without applications", () => {
        assert.deepEqual(verdict([set({})], []).well, true);
    });
});
