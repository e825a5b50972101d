import assert from "node:assert/strict";
import fc from "fast-check";
import { batches, dueAt, gathered, PATIENCE, type Change } from "../../../tools/watch/settle";

const changesAt = (...moments: readonly number[]): readonly Change[] =>
    moments.map((at, index) => ({ path: `file-${index}`, at }));
const moments = (...at: readonly number[]): readonly number[] => batches(changesAt(...at)).map((batch) => batch.at);

describe("settling", () => {
    it("waits for 200 ms of rest, and 10 s at most", () => {
        assert.deepEqual(PATIENCE, { rest: 200, most: 10_000 });
        assert.deepEqual(moments(1000), [1200]);
    });

    it("takes changes together that come before the last one has rested", () => {
        assert.deepEqual(moments(0, 199, 398), [598]);
        assert.deepEqual(moments(0, 200), [200, 400]);
    });

    it("does not wait longer than 10 s for a stream that never rests", () => {
        const stream = Array.from({ length: 151 }, (_, index) => index * 100);
        assert.deepEqual(moments(...stream), [10_000, 15_200]);
    });

    it("names each path once, in one batch of 500 changes", () => {
        const changes = Array.from({ length: 500 }, (_, at) => ({ path: `file-${at % 50}`, at }));
        const all = batches(changes);
        assert.equal(all.length, 1);
        assert.equal(all[0]?.paths.size, 50);
        assert.equal(all[0]?.at, 699);
    });

    it("is due at the rest after the last change or the most after the first one, whichever is earlier", () => {
        const one = gathered(gathered(undefined, "a", 0), "b", 9900);
        assert.equal(dueAt(one), 10_000);
        assert.equal(dueAt(gathered(undefined, "a", 5)), 205);
    });

    const streams = fc
        .array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 0, max: 700 })), { minLength: 1 })
        .map((steps) => {
            let at = 0;
            return steps.map(([path, pause]): Change => ({ path, at: (at += pause) }));
        });

    it("loses no change, and acts on none before it is old enough or after it is too old", () => {
        fc.assert(
            fc.property(streams, (changes) => {
                const all = batches(changes);
                let before = Number.NEGATIVE_INFINITY;
                for (const { paths, at } of all) {
                    const own = changes.filter((change) => change.at >= before && change.at < at);
                    assert.deepEqual([...paths].sort(), [...new Set(own.map(({ path }) => path))].sort());
                    const [first, last] = [own[0]?.at ?? 0, own.at(-1)?.at ?? 0];
                    assert.equal(at, Math.min(last + PATIENCE.rest, first + PATIENCE.most));
                    before = at;
                }
                assert.ok(changes.every(({ at }) => at < before));
            }),
        );
    });
});
