import assert from "node:assert/strict";
import { checkReport, runChecks } from "../../../tools/testing/checks";
import { TestProject } from "../../helpers/test-project";

describe("the report of a check", () => {
    it("is one line when it passed, whatever it printed", () => {
        const text = checkReport({ check: "eslint .", status: 0, output: "all fine\n", seconds: 3.25 });
        assert.equal(text, "  ✔ eslint . (3.3 s)");
    });

    it("has the status and everything that it printed when it failed", () => {
        const text = checkReport({ check: "tsc", status: 2, output: "a.ts: wrong\nb.ts: wrong\n", seconds: 61 });
        assert.equal(text, "  ✘ tsc (1 min 1 s): status 2\na.ts: wrong\nb.ts: wrong");
    });

    it("has no empty lines for one that failed without a word", () => {
        assert.equal(checkReport({ check: "tsc", status: 1, output: "", seconds: 1 }), "  ✘ tsc (1.0 s): status 1");
    });
});

describe("checks", () => {
    const project = new TestProject();
    after(() => project.remove());

    it("count as one test each, are given their arguments, and are shown as they end", async () => {
        project.check("good", 'test "$1" = . && echo quiet').check("bad", "echo out; echo err >&2; exit 3");
        const shown: string[] = [];
        const counts = await runChecks(project.folder, [["good", "."], ["bad"]], (text) => shown.push(text));
        assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 0, failures: ["bad"] });
        const text = shown.sort().join("\n");
        assert.match(text, /^ {2}✔ good \. \(.*\)\n {2}✘ bad \(.*\): status 3\nout\nerr$/);
    });

    it("are nothing when there are none", async () => {
        assert.deepEqual(await runChecks(project.folder, [], assert.fail), {
            ...{ passed: 0, failed: 0, skipped: 0, failures: [] },
        });
    });
});
