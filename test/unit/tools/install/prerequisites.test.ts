import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../../components/config/problems";
import {
    goDirective,
    neededGo,
    prerequisiteProblems,
    requirePrerequisites,
    type Facts,
} from "../../../../tools/install/prerequisites";
import type { ToolSpec } from "../../../../tools/install/tool-spec";
import { TOOLS } from "../../../../tools/registry";
import { TEST_PROGRAMS } from "../../../../tools/test-programs";
import { projectRoot } from "../../../../tools/lib/paths";

const ALL: Facts = { programs: new Set(["bash", "git", "make"]), go: "1.26.0", toolchain: "local" };

const where = (facts: Facts): readonly string[] =>
    prerequisiteProblems(facts, "1.25.8").map((problem) => `${problem.where} ${problem.what}`);

describe("what building needs", () => {
    it("is there on a usual machine", () => {
        assert.deepEqual(where(ALL), []);
    });

    it("is told all at once when it is missing, each with its fix", () => {
        const problems = prerequisiteProblems({ programs: new Set() }, "1.25.8");
        assert.deepEqual(
            problems.map((problem) => problem.where),
            ["bash", "git", "make", "go"],
        );
        for (const { fix } of problems) assert.match(fix, /^install /);
    });

    it("is a Go that is new enough", () => {
        assert.deepEqual(where({ ...ALL, go: "1.25.8" }), []);
        assert.deepEqual(where({ ...ALL, go: "1.25.7" }), [
            "go is 1.25.7, and 1.25.8 is needed (GOTOOLCHAIN is local)",
        ]);
    });

    it("is an older Go where that may fetch a newer one by itself", () => {
        assert.deepEqual(where({ ...ALL, go: "1.22.0", toolchain: "auto" }), []);
        assert.deepEqual(where({ ...ALL, go: "1.22.0", toolchain: "go1.22.0+auto" }), []);
        assert.equal(where({ ...ALL, go: "1.22.0", toolchain: "go1.22.0" }).length, 1);
        assert.equal(where({ ...ALL, go: "1.20.0", toolchain: "auto" }).length, 1);
    });

    it("asks for the newest Go that any of the modules asks for", () => {
        assert.equal(goDirective("module m\n\ngo 1.25.8\n\nrequire x v1.0.0\n"), "1.25.8");
        assert.throws(() => goDirective("module m\n"), /no go directive/);
        const foldersOf = (tools: readonly ToolSpec[]): readonly string[] =>
            tools.flatMap(({ module }) => (module === undefined ? [] : [module.folder]));
        // What only tests run may ask for a newer one than what everybody builds.
        const ofEverybody = TOOLS.filter((tool) => !TEST_PROGRAMS.includes(tool));
        assert.equal(neededGo(projectRoot(), foldersOf(ofEverybody)), "1.25.8");
        assert.equal(neededGo(projectRoot(), foldersOf(TEST_PROGRAMS)), "1.26.5");
        assert.equal(neededGo(projectRoot(), ["kwok"]), "1.25.0");
    });
});

describe("a machine that is to build", () => {
    let root: string;

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "hearth-machine-"));
        mkdirSync(join(root, "bin"));
        for (const name of ["bash", "git", "make"]) program(name, "");
    });

    afterEach(() => rmSync(root, { recursive: true }));

    function program(name: string, body: string): void {
        writeFileSync(join(root, "bin", name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    }

    const check = (): Promise<void> =>
        requirePrerequisites(projectRoot(), ["pulumi"], { PATH: join(root, "bin") }, join(root, "cache"));

    it("may, with a Go that is new enough", async () => {
        program("go", `printf 'go1.25.8\\nlocal\\n'`);
        await check();
    });

    it("may not without Go", async () => {
        await assert.rejects(check(), (error) => {
            assert.ok(error instanceof UserError);
            assert.match(error.message, /go: is not on PATH, and some tools have to be built/);
            return true;
        });
    });

    it("may not with one that is too old: a Go before 1.21 knows no GOTOOLCHAIN and fetches nothing", async () => {
        program("go", `printf 'go1.20.1\\n\\n'`);
        await assert.rejects(check(), /go: is 1\.20\.1, and 1\.25\.8 is needed/);
    });
});
