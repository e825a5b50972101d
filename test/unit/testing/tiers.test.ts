import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { testFiles } from "../../../tools/testing/mocha";
import { chooseTiers, closingLine, exitStatus, failureLines, skipLines, TIERS } from "../../../tools/testing/tiers";

const ROOT = join(__dirname, "..", "..", "..");
const UNIT = { tier: "unit", passed: 3, failed: 0, skipped: 0 };
const ENGINE = { tier: "engine", passed: 2, failed: 1, skipped: 4, reasons: ["no etcd", "no kwok"] };
const KIND = { tier: "kind", passed: 0, failed: 0, skipped: 7, reasons: ["no engine"] };

describe("the tiers of the tests", () => {
    it("have every test file in exactly one of them", () => {
        const all = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
            .filter((file) => file.endsWith(".test.ts"))
            .map((file) => join("test", file));
        const inTiers = TIERS.flatMap(({ folders = [] }) => testFiles(ROOT, folders));
        assert.deepEqual([...inTiers].sort(), all.sort());
    });

    it("are all run when none is named, in their order whatever the order of names", () => {
        assert.deepEqual(chooseTiers([]), { tiers: TIERS, unknown: [] });
        const { tiers, unknown } = chooseTiers(["engine", "static"]);
        assert.deepEqual(
            tiers.map(({ name }) => name),
            ["static", "engine"],
        );
        assert.deepEqual(unknown, []);
    });

    it("are told apart from what is none", () => {
        assert.deepEqual(chooseTiers(["unit", "units"]).unknown, ["units"]);
    });
});

describe("the closing line", () => {
    it("is the sum of all tiers", () => {
        assert.equal(closingLine([UNIT, ENGINE, KIND]), "5 passed, 1 failed, 11 skipped");
    });

    it("does not speak of skipped tests when there are none", () => {
        assert.equal(closingLine([UNIT]), "3 passed, 0 failed");
    });
});

describe("the reasons of skipped tests", () => {
    it("are listed by tier", () => {
        assert.deepEqual(skipLines([UNIT, ENGINE, KIND]), [
            "skipped:",
            "  engine: no etcd",
            "  engine: no kwok",
            "  kind: no engine",
        ]);
    });

    it("are nothing at all when nothing was skipped", () => {
        assert.deepEqual(skipLines([UNIT]), []);
    });
});

describe("what failed", () => {
    it("is listed by tier, once more at the end", () => {
        const engine = { ...ENGINE, failures: ["a stack comes up: timeout"] };
        assert.deepEqual(failureLines([UNIT, engine]), ["failed:", "  engine: a stack comes up: timeout"]);
    });

    it("is nothing at all when nothing failed", () => {
        assert.deepEqual(failureLines([UNIT, KIND]), []);
    });
});

describe("the exit status of the tests", () => {
    it("is 0 only when something ran and nothing failed", () => {
        assert.equal(exitStatus([UNIT, KIND]), 0);
        assert.equal(exitStatus([UNIT, ENGINE]), 1);
        assert.equal(exitStatus([KIND]), 1);
        assert.equal(exitStatus([]), 1);
    });
});
