import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import {
    countTests,
    mochaArguments,
    mochaCounts,
    testFiles,
    type MochaRun,
    type runMocha,
} from "../../../tools/testing/mocha";
import { isAlive, until } from "../../helpers/processes";
import { TestProject } from "../../helpers/test-project";

const MODULE = join(__dirname, "..", "..", "..", "tools", "testing", "mocha.ts");

const COUNTS = JSON.stringify({ passes: 5, failures: 0, pending: 2 });

describe("mocha's command line", () => {
    it("has the counting reporter and the files", () => {
        assert.deepEqual(mochaArguments(["a.test.ts"], { counts: "/tmp/c" }), [
            ...["--reporter", "test/helpers/counting-reporter.ts", "--reporter-option", "counts=/tmp/c"],
            "a.test.ts",
        ]);
    });

    it("runs files side by side only where the tier says so, and takes a text as it is", () => {
        const args = mochaArguments([], { counts: "c", jobs: 3, grep: "a (b)" });
        assert.deepEqual(args.slice(4), ["--parallel", "--jobs", "3", "--fgrep", "a (b)"]);
    });
});

describe("the counts of a run of mocha", () => {
    it("are those that it has written, with every reason once", () => {
        assert.deepEqual(mochaCounts({ status: 0, counts: COUNTS, skips: "no psql\nno helm\nno psql\n" }), {
            passed: 5,
            failed: 0,
            skipped: 2,
            reasons: ["no psql", "no helm"],
        });
    });

    it("do not hide that tests were skipped without a reason", () => {
        assert.deepEqual(mochaCounts({ status: 0, counts: COUNTS }).reasons, ["the tests give no reason"]);
        assert.deepEqual(
            mochaCounts({ status: 0, counts: JSON.stringify({ passes: 1, failures: 0, pending: 0 }) }).reasons,
            [],
        );
    });

    it("are one failure when it came to no end, whatever its status", () => {
        for (const counts of [undefined, "{}", '{"passes":"many","failures":0,"pending":0}', "null"]) {
            const outcome = { status: 0, ...(counts === undefined ? {} : { counts }) };
            const { problem, ...rest } = mochaCounts(outcome);
            assert.deepEqual(rest, { passed: 0, failed: 1, skipped: 0, reasons: [] });
            assert.match(problem ?? "", /^mocha ended with status 0 before/);
        }
    });

    it("are a failure more when it failed outside of its tests", () => {
        const { failed, problem } = mochaCounts({ status: 7, counts: COUNTS });
        assert.equal(failed, 1);
        assert.match(problem ?? "", /status 7 although no test failed/);
        const counts = JSON.stringify({ passes: 5, failures: 2, pending: 0 });
        assert.equal(mochaCounts({ status: 2, counts }).failed, 2);
        assert.equal(mochaCounts({ status: 2, counts }).problem, undefined);
    });
});

interface Run {
    readonly counts: Awaited<ReturnType<typeof runMocha>>;
    /** What mocha printed. */
    readonly output: string;
}

/** Calls `runMocha` in a process of its own: mocha's report goes to that one's standard output. */
function start(run: MochaRun): { readonly child: ChildProcess; readonly ended: Promise<Run> } {
    const script = `
        require("./tools/transpile");
        require(process.argv[1]).runMocha(JSON.parse(process.argv[2])).then(
            (counts) => console.log("\\n" + JSON.stringify(counts)),
            (error) => { console.log(error.message); process.exitCode = error.exitStatus; });`;
    const child = spawn("node", ["-e", script, MODULE, JSON.stringify(run)], { stdio: ["ignore", "pipe", "ignore"] });
    const ended = text(child.stdout).then((output): Run => {
        const lines = output.trimEnd().split("\n");
        const last = lines.pop() ?? "";
        return { counts: last.startsWith("{") ? (JSON.parse(last) as Run["counts"]) : assert.fail(output), output };
    });
    return { child, ended };
}

describe("a tier's tests", function () {
    this.timeout(60_000);
    const project = new TestProject()
        .file("test/one/deep/b.test.ts", `it("fails", () => { throw new Error("x"); });`)
        .file("test/one/a.test.ts", `describe("s", () => { it("passes", () => {}); it("passes, too", () => {}); });`)
        .file(
            "test/one/c.test.ts",
            `import { skip } from "../helpers/skip";
             describe("c", () => { before(function () { skip(this, "no moon"); }); it("skips", () => {}); });`,
        )
        .file("test/one/helper.ts", `throw new Error("no test");`)
        .file("test/broken/a.test.ts", `throw new Error("cannot be loaded");`);
    after(() => project.remove());

    const run = (
        folder: string,
        { jobs = 2, ...more }: { grep?: string; jobs?: number; patience?: number } = {},
    ): MochaRun => ({
        project: project.folder,
        tier: { name: folder, title: "", folders: [folder], jobs },
        env: process.env,
        ...more,
    });

    it("are the test files at any depth, and none of a folder that is not there", () => {
        assert.deepEqual(testFiles(project.folder, ["none", "one"]), [
            "test/one/a.test.ts",
            "test/one/c.test.ts",
            "test/one/deep/b.test.ts",
        ]);
    });

    for (const jobs of [2, 1]) {
        const how = jobs > 1 ? ", side by side" : "";
        it(`are counted by what really ran, with its reasons${how}`, async () => {
            const { counts, output } = await start(run("one", { jobs })).ended;
            assert.deepEqual(counts, {
                ...{ passed: 2, failed: 1, skipped: 1, reasons: ["no moon"] },
                failures: ["fails: x"],
            });
            // Mocha colours its output wherever CI is set.
            assert.match(stripVTControlCharacters(output), /✔ passes, too/);
        });

        it(`have failed when a file cannot be loaded${how}`, async () => {
            const { counts } = await start(run("broken", { jobs })).ended;
            assert.equal(counts.failed, 1);
            assert.equal(counts.passed, 0);
        });
    }

    it("can be chosen by a part of their title", async () => {
        const { counts } = await start(run("one", { grep: "passes, t", jobs: 1 })).ended;
        assert.deepEqual(counts, { passed: 1, failed: 0, skipped: 0, reasons: [] });
    });

    it("can be counted without being run", async () => {
        assert.equal(await countTests(run("one")), 4);
        assert.equal(await countTests(run("broken")), 1);
        assert.equal(await countTests(run("none")), 0);
    });

    it("have failed when mocha does not end after them, which keeps nothing from going on", async () => {
        const pidFile = join(project.folder, "left");
        project.file(
            "test/left/a.test.ts",
            `it("leaves a process behind", () => {
                // As a child does that has ended: its own child still has its output.
                const child = require("child_process").spawn("sh", ["-c", "sleep 600 & echo $! > ${pidFile}"]);
                return new Promise((resolve) => child.once("exit", resolve));
            });`,
        );
        const { counts } = await start(run("left", { jobs: 1, patience: 200 })).ended;
        assert.equal(counts.passed, 1);
        assert.equal(counts.failed, 1);
        assert.match(counts.problem ?? "", /^mocha did not end after its tests/);
        await until(() => !isAlive(Number(readFileSync(pidFile, "utf8"))));
    });

    it("end with the process that runs them", async () => {
        const pidFile = join(project.folder, "pid");
        project.file(
            "test/slow/a.test.ts",
            `it("waits", function (done) {
                this.timeout(0);
                require("fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
                setTimeout(done, 600_000);
            });`,
        );
        const { child, ended } = start(run("slow", { jobs: 1 }));
        const pid = (): number => (existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0);
        await until(() => pid() > 0, 30_000);
        child.kill("SIGTERM");
        await assert.rejects(ended, /interrupted by SIGTERM/);
        await until(() => !isAlive(pid()));
    });
});
