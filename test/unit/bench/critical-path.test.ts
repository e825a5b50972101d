import assert from "node:assert/strict";
import fc from "fast-check";
import { criticalPath, type Work } from "../../../tools/bench/critical-path";
import { formatSummary, summarize } from "../../../tools/bench/statistics";

const work = (id: string, duration: number, ...after: string[]): Work => ({ id, duration, after });

describe("the critical path", () => {
    it("is the longest chain, not the longest piece", () => {
        const found = criticalPath([work("a", 3), work("b", 4, "a"), work("c", 6), work("d", 1, "b", "c")]);
        assert.equal(found.duration, 8);
        assert.deepEqual(
            found.path.map(({ id }) => id),
            ["a", "b", "d"],
        );
    });

    it("ignores dependencies that it knows nothing of, and is empty for no work", () => {
        assert.equal(criticalPath([work("a", 2, "elsewhere")]).duration, 2);
        assert.deepEqual(criticalPath([]), { duration: 0, path: [] });
    });

    it("refuses a circle instead of running forever", () => {
        assert.throws(() => criticalPath([work("a", 1, "b"), work("b", 1, "a")]), /depends on itself/);
    });

    it("is never shorter than any piece nor longer than all of them together", () => {
        const graph = fc.array(fc.tuple(fc.nat(100), fc.array(fc.nat(30), { maxLength: 4 })), {
            minLength: 1,
            maxLength: 30,
        });
        fc.assert(
            fc.property(graph, (nodes) => {
                const pieces = nodes.map(([duration, after], index) =>
                    work(String(index), duration, ...after.filter((other) => other < index).map(String)),
                );
                const { duration, path } = criticalPath(pieces);
                assert.ok(duration >= Math.max(...pieces.map((piece) => piece.duration)));
                assert.ok(duration <= pieces.reduce((total, piece) => total + piece.duration, 0));
                for (const [index, piece] of path.slice(1).entries())
                    assert.ok(piece.after.includes(path[index]?.id ?? ""));
            }),
        );
    });
});

describe("summaries of runs", () => {
    it("give median and spread", () => {
        assert.deepEqual(summarize([3, 1, 2]), { runs: 3, min: 1, median: 2, max: 3 });
        assert.equal(summarize([1, 2, 3, 10]).median, 2.5);
        assert.throws(() => summarize([]));
    });

    it("say whether a goal was met", () => {
        assert.match(formatSummary(summarize([1]), "s", 2), /1 run\), goal 2\.00 s: met$/);
        assert.match(formatSummary(summarize([3]), "s", 2), /MISSED$/);
    });
});
