import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");

describe("node tools/run.js manifests-diff", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "hearth-manifests-diff-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    const write = (path: string, text: string): void => {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
    };
    const run = (...sides: readonly string[]) => {
        const args = ["manifests-diff", ...sides.map((side) => join(folder, side))];
        return spawnSync("node", [join(ROOT, "tools", "run.js"), ...args], { encoding: "utf8" });
    };

    it("shows what was changed, added and removed of each stack, by paths inside it, and what stayed", () => {
        for (const side of ["base", "head"]) write(`${side}/cilium/objects/a.yaml`, "kind: A\n");
        write("base/full/objects/a.yaml", "replicas: 1\n");
        write("head/full/objects/a.yaml", "replicas: 2\n");
        write("base/full/objects/gone.yaml", "kind: Gone\n");
        write("head/full/objects/new.yaml", "kind: New\n");
        write("head/mine/objects/a.yaml", "kind: Mine\n");
        const { status, stdout, stderr } = run("base", "head");
        assert.equal(status, 0, stderr);
        assert.match(stdout, /The same as before: cilium\./);
        assert.match(stdout, /<summary>full: 3 files<\/summary>/);
        assert.match(stdout, /^diff --git a\/full\/objects\/a\.yaml b\/full\/objects\/a\.yaml$/m);
        for (const line of ["-replicas: 1", "+replicas: 2", "-kind: Gone", "+kind: New", "+kind: Mine"]) {
            assert.ok(stdout.includes(`\n${line}\n`), line);
        }
        assert.equal(stdout.includes(folder), false);
    });

    it("says what to do where a side is missing", () => {
        write("head/full/a.yaml", "kind: A\n");
        const { status, stderr } = run("base", "head");
        assert.equal(status, 1);
        assert.match(stderr, /\/base: is not there\n {4}fix: make it: make manifests STACK=full OUT=\S+\/base\/full/);
    });

    it("wants two folders", () => {
        assert.equal(run("base").status, 2);
    });
});
