import assert from "node:assert/strict";
import { differenceComment, MARKER } from "../../../tools/manifests/difference";

const diffOf = (file: string, lines: number): string =>
    `diff --git a/${file} b/${file}\n--- a/${file}\n+++ b/${file}\n${"+  line: 1\n".repeat(lines)}`;

describe("the comment on what stacks would apply", () => {
    it("begins with the mark by which it is found again", () => {
        assert.ok(differenceComment([]).startsWith(`${MARKER}\n`));
    });

    it("names the stacks that stay as they are, and shows the others' differences", () => {
        const text = differenceComment([
            { stack: "cilium", diff: "" },
            { stack: "dev-fast", diff: "" },
            { stack: "full", diff: diffOf("a.yaml", 1) + diffOf("b.yaml", 2) },
        ]);
        assert.match(text, /The same as before: cilium, dev-fast\./);
        assert.match(text, /<summary>full: 2 files<\/summary>\n\n```diff\ndiff --git a\/a\.yaml b\/a\.yaml\n/);
        assert.doesNotMatch(text, /more lines/);
    });

    it("says that all is as before where nothing differs", () => {
        const text = differenceComment([{ stack: "full", diff: "" }]);
        assert.match(text, /The same as before: full\./);
        assert.doesNotMatch(text, /<details>/);
    });

    it("stays below what a comment may have, cut at the end of a line, and tells how much is missing", () => {
        const diff = diffOf("a.yaml", 200);
        const text = differenceComment(
            [
                { stack: "cilium", diff },
                { stack: "full", diff },
            ],
            1000,
        );
        assert.ok(text.length < 1600, String(text.length));
        const shown = [...text.matchAll(/^\+ {2}line: 1$/gm)].length;
        const missing = [...text.matchAll(/^(\d+) more lines: `make manifests STACK=/gm)];
        assert.equal(missing.length, 2);
        assert.equal(shown + missing.reduce((sum, [, lines]) => sum + Number(lines), 0), 400);
    });

    it("cannot be left by a fence in the text", () => {
        const text = differenceComment([{ stack: "full", diff: "diff --git a/x b/x\n+````\n+</details>\n" }]);
        assert.match(text, /\n`{5}diff\n[^]*\n`{5}\n/);
    });
});
