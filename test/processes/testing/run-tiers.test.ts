import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../components/config/problems";
import { runTiers, type TierRun } from "../../../tools/testing/run-tiers";
import { availablePrograms, tierTools, withoutTools, type TierTools } from "../../../tools/testing/tier-tools";
import { TIERS, type Tier, type TierResult } from "../../../tools/testing/tiers";
import { TestProject } from "../../helpers/test-project";

const STATIC: Tier = { name: "static", title: "checks", checks: [["bad"], ["good"]] };
const ENGINE: Tier = { name: "engine", title: "simulated", folders: ["engine"], cluster: "kwok" };
const KIND: Tier = { name: "kind", title: "real", folders: ["kind"], cluster: "kind" };
const NOWHERE: Tier = { name: "nowhere", title: "not written yet", folders: ["nowhere"], cluster: "kwok" };

const NONE = { passed: 0, failed: 0, skipped: 0, reasons: [], failures: [] };

describe("running tiers", function () {
    this.timeout(60_000);
    const project = new TestProject()
        .check("good", "exit 0")
        .check("bad", "echo wrong; exit 1")
        .file("test/engine/a.test.ts", `it("one", () => {}); it("two", () => {});`)
        .file("test/kind/a.test.ts", `it("real", () => {});`);
    after(() => project.remove());

    async function run(
        tiers: readonly Tier[],
        outside: Partial<TierRun>,
    ): Promise<{ readonly results: readonly TierResult[]; readonly shown: string }> {
        const shown: string[] = [];
        const results = await runTiers(tiers, {
            project: project.folder,
            env: process.env,
            report: (text) => shown.push(text),
            kindObstacle: () => assert.fail("nobody asked for a Kind cluster"),
            tools: () => assert.fail("nobody asked for tools"),
            ...outside,
        });
        return { results, shown: shown.join("\n") };
    }
    const tools = (found: TierTools) => ({ tools: () => Promise.resolve(found) });

    it("shows which of how many, and goes on after one that fails", async () => {
        const { results, shown } = await run([STATIC, ENGINE], tools({ obstacle: "no Go" }));
        assert.deepEqual(results, [
            { tier: "static", passed: 1, failed: 1, skipped: 0, reasons: [], failures: ["bad"] },
            { tier: "engine", passed: 0, failed: 0, skipped: 2, reasons: ["no Go"], failures: [] },
        ]);
        assert.match(shown, /^\[1\/2\] static \(checks\)\n/);
        assert.match(shown, /✘ bad \(.*\): status 1\nwrong\n/);
        assert.match(shown, /\[1\/2\] static: 1 passed, 1 failed \(.* s\)\n\n\[2\/2\] engine \(simulated\)\n/);
        assert.match(shown, /\[2\/2\] engine: 0 passed, 0 failed, 2 skipped \(.* s\)\n$/);
    });

    it("counts tools that could not be installed as a failure, and shows why", async () => {
        const { results, shown } = await run([ENGINE], tools({ failure: "sops: the build failed" }));
        assert.deepEqual(results, [{ tier: "engine", ...NONE, failed: 1, failures: ["its tools could not be had"] }]);
        assert.match(shown, /sops: the build failed/);
    });

    it("skips the tests of a real cluster where there can be none, without installing tools for it", async () => {
        const { results } = await run([KIND], { kindObstacle: () => Promise.resolve("no container engine answers") });
        assert.deepEqual(results, [
            { tier: "kind", passed: 0, failed: 0, skipped: 1, reasons: ["no container engine answers"], failures: [] },
        ]);
    });

    it("asks for nothing, and counts nothing, where there are no tests", async () => {
        const { results } = await run([NOWHERE], {});
        assert.deepEqual(results, [{ tier: "nowhere", ...NONE }]);
    });

    it("leaves checks out when tests are chosen by their title", async () => {
        const { results } = await run([STATIC], { grep: "x" });
        assert.deepEqual(results, [{ tier: "static", ...NONE }]);
    });
});

describe("the tools of a tier", () => {
    const error = new UserError("the tools cannot be built on this machine", [
        { where: "go", what: "is not on PATH", fix: "install Go" },
    ]);

    it("are none for one that needs no cluster", async () => {
        assert.deepEqual(await tierTools(STATIC, { A: "b" }), { env: { A: "b" } });
    });

    it("are not built by the way where they take minutes: the tier has to be named", async () => {
        const cache = mkdtempSync(join(tmpdir(), "hearth-no-tools-"));
        const before = process.env["HEARTH_CACHE_DIR"];
        process.env["HEARTH_CACHE_DIR"] = cache;
        try {
            const [gitops] = TIERS.filter(({ tools = [] }) => tools.length > 0);
            assert.ok(gitops !== undefined);
            assert.deepEqual(await tierTools(gitops, { PATH: "" }, false), {
                obstacle: "argocd is not built yet: make test-gitops does that, in about 10 minutes",
            });
        } finally {
            if (before === undefined) delete process.env["HEARTH_CACHE_DIR"];
            else process.env["HEARTH_CACHE_DIR"] = before;
            rmSync(cache, { recursive: true });
        }
    });

    it("are of its programs those that are there already, for who does not name the tier", async () => {
        const isHere = (name: string): Promise<boolean> => Promise.resolve(name === "loki" || name === "tempo");
        const canBeDownloaded = (): never => assert.fail("nothing may be downloaded");
        const programs = ["prometheus", "loki", "tempo"] as const;
        assert.deepEqual(await availablePrograms(programs, false, { isHere, canBeDownloaded }), ["loki", "tempo"]);
    });

    it("are all of its programs for who names it, but for what can be had neither way", async () => {
        const asked: string[] = [];
        const nowhere = { isHere: () => Promise.resolve(false) };
        const programs = ["prometheus", "tempo"] as const;
        for (const there of [true, false]) {
            const canBeDownloaded = (name: string): Promise<boolean> => {
                asked.push(name);
                return Promise.resolve(there);
            };
            assert.deepEqual(
                await availablePrograms(programs, true, { ...nowhere, canBeDownloaded }),
                there ? ["prometheus", "tempo"] : ["prometheus"],
            );
        }
        // What can be built is not asked for: it is downloaded or built with the rest.
        assert.deepEqual(asked, ["tempo", "tempo"]);
    });

    it("are an obstacle on a machine that cannot build them", () => {
        const reason = "the pinned tools can be neither downloaded nor built here (go is not on PATH)";
        assert.deepEqual(withoutTools(error, false), { obstacle: reason });
    });

    it("are a failure where they could have been built", () => {
        assert.deepEqual(withoutTools(error, true), { failure: error.message });
    });
});
