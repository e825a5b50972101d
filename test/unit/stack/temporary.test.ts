import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withTemporaryFolder } from "../../../tools/stack/temporary";

describe("the folder of a run's temporary files", () => {
    let project = "";
    beforeEach(() => (project = mkdtempSync(join(tmpdir(), "hearth-temporary-"))));
    afterEach(() => rmSync(project, { recursive: true }));
    const parent = (): string => join(project, ".hearth", "tmp");

    it("is private, and gone with all that is in it when the run is over", async () => {
        const folder = await withTemporaryFolder(project, async (path) => {
            assert.equal(statSync(path).mode & 0o777, 0o700);
            writeFileSync(join(path, "kubeconfig1"), "");
            return path;
        });
        assert.equal(existsSync(folder), false);
        await assert.rejects(
            withTemporaryFolder(project, () => Promise.reject(new Error("failed"))),
            /failed/,
        );
        assert.deepEqual(readdirSync(parent()), []);
    });

    it("takes what a killed run left away, and leaves what a living one has", async () => {
        const dead = spawnSync("true").pid;
        for (const pid of [dead, process.ppid]) mkdirSync(join(parent(), `${pid}-a1b2c3`), { recursive: true });
        await withTemporaryFolder(project, async () => undefined);
        assert.deepEqual(readdirSync(parent()), [`${process.ppid}-a1b2c3`]);
    });

    it("is another one for each action of a run", async () => {
        await withTemporaryFolder(project, async (outer) => {
            await withTemporaryFolder(project, async (inner) => assert.notEqual(inner, outer));
            assert.equal(existsSync(outer), true);
        });
    });
});
