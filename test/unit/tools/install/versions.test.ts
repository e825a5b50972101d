import assert from "node:assert/strict";
import fc from "fast-check";
import { accepts, rangeText, versionIn } from "../../../../tools/install/versions";

const part = fc.nat({ max: 400 });
const version = fc.tuple(part, part, part);
const text = (parts: readonly number[]): string => parts.join(".");

describe("a version range", () => {
    it("takes its lower bound in and leaves its upper bound out", () => {
        const range = { from: "3.245.0", below: "4.0.0" };
        assert.ok(accepts(range, "3.245.0"));
        assert.ok(accepts(range, "3.260.1"));
        assert.ok(!accepts(range, "3.244.9"));
        assert.ok(!accepts(range, "4.0.0"));
    });

    it("compares numbers, not texts", () => {
        assert.ok(accepts({ from: "1.9.0" }, "1.30.0"));
        assert.ok(!accepts({ from: "1.30.0" }, "1.9.0"));
    });

    it("does not mind a leading v, a missing patch or a distributor's suffix", () => {
        assert.ok(accepts({ from: "1.30.0" }, "v1.32.4-dispatcher"));
        assert.ok(accepts({ from: "1.25.8" }, "1.26"));
    });

    it("refuses what is no version", () => {
        assert.ok(!accepts({ from: "1.0.0" }, "(devel)"));
        assert.ok(!accepts({ from: "1.0.0" }, ""));
    });

    it("orders any two versions as their numbers are ordered", () => {
        fc.assert(
            fc.property(version, version, (a, b) => {
                const difference = a.map((value, index) => value - (b[index] ?? 0)).find((value) => value !== 0) ?? 0;
                assert.equal(accepts({ from: text(b) }, text(a)), difference >= 0);
            }),
        );
    });

    it("reads well", () => {
        assert.equal(rangeText({ from: "1.30.0" }), "1.30.0 or newer");
        assert.equal(rangeText({ from: "0.7.0", below: "0.8.0" }), "0.7.0 or newer, but below 0.8.0");
    });
});

describe("a version in what a program prints", () => {
    it("is the pattern's first group, or nothing", () => {
        assert.equal(versionIn("kind version 0.30.0\n", /version (\S+)/), "0.30.0");
        assert.equal(versionIn("command not found", /version (\S+)/), undefined);
    });
});
