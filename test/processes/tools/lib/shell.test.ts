import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { exportLine, exportOutputLine, quote } from "../../../../tools/lib/shell";

/** What a POSIX shell makes of a word. */
function asShellReads(word: string): string {
    return spawnSync("sh", ["-c", `printf '%s' ${word}`], { encoding: "utf8" }).stdout;
}

const HARD = ["", " ", "it's", `"`, "$HOME", "`id`", "$(id)", "\\", "a\nb", "*", "-n", "~", "a;b", "'''", "é", "\t"];

describe("quoting for a shell", () => {
    it("gives any text back as it was", () => {
        for (const text of HARD) assert.equal(asShellReads(quote(text)), text);
    });

    it("gives any random text back as it was", () => {
        const texts = fc.string({ unit: "grapheme", maxLength: 30 }).filter((text) => !text.includes("\0"));
        fc.assert(
            fc.property(texts, (text) => assert.equal(asShellReads(quote(text)), text)),
            { numRuns: 60 },
        );
    });

    it("leaves plain words readable", () => {
        assert.equal(quote("/usr/local/bin:/bin"), "/usr/local/bin:/bin");
        assert.equal(quote("file:///srv/a%20b"), "file:///srv/a%20b");
    });
});

describe("lines for eval", () => {
    const evaluate = (line: string): string =>
        spawnSync("sh", ["-c", `eval "$1"; printf '%s' "$X"; env | grep -c '^X='`, "sh", line], { encoding: "utf8" })
            .stdout;

    it("set and export a variable", () => {
        assert.equal(evaluate(exportLine("X", `it's "$HOME"`)), `it's "$HOME"1\n`);
    });

    it("export what a command prints, with any arguments", () => {
        assert.equal(
            evaluate(exportOutputLine("X", ["printf", "%s|%s", `["a"]`, "it's $HOME"])),
            `["a"]|it's $HOME1\n`,
        );
    });
});
