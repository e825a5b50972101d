import assert from "node:assert/strict";
import { awaitSync } from "../../../tools/push/deliver";
import type { Snapshot } from "../../../tools/push/snapshot";

const WANTED = { commit: "c0ffee", applications: ["apps-web"] };
const ERROR = "error retrieving Git Directories: connection refused";
const WELL: Snapshot = {
    refreshing: false,
    errors: [],
    applications: [
        {
            name: "apps-web",
            refreshing: false,
            sync: "Synced",
            health: "Healthy",
            healthMessage: "",
            revision: "c0ffee",
            errors: [],
        },
    ],
};
const FAILING: Snapshot = { refreshing: false, errors: [ERROR], applications: [] };

/** Says one after the other, and the last for ever. */
function saying(...snapshots: readonly [Snapshot, ...Snapshot[]]): { look(): Promise<Snapshot>; looks: number } {
    return {
        looks: 0,
        look() {
            return Promise.resolve(snapshots[Math.min(this.looks++, snapshots.length - 1)] ?? snapshots[0]);
        },
    };
}

describe("waiting for Argo CD", () => {
    it("takes an error that it has of a look before this one for none", async () => {
        const argocd = saying({ ...FAILING, refreshing: true }, FAILING, FAILING, WELL);
        const verdict = await awaitSync(argocd, WANTED, { lookEvery: 1, errorStands: 60_000 });
        assert.equal(verdict.well, true);
        assert.equal(argocd.looks, 4);
    });

    it("ends with an error that stands", async () => {
        const argocd = saying(FAILING);
        const verdict = await awaitSync(argocd, WANTED, { lookEvery: 1, errorStands: 20 });
        assert.deepEqual([verdict.well, verdict.errors], [false, [ERROR]]);
        assert.ok(argocd.looks > 1);
    });

    it("tells of an error where nothing comes of it in time", async () => {
        const options = { lookEvery: 1, waitAtMost: 10, errorStands: 60_000 };
        await assert.rejects(awaitSync(saying(FAILING), WANTED, options), new RegExp(ERROR));
    });
});
