import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { changeTimesAside } from "../../../tools/warm/change-times";
import { compareFingerprints, hashChangeTimes, hashContents, relevantVariables } from "../../../tools/warm/fingerprint";

describe("comparing fingerprints", () => {
    it("is warm only when both are there and equal", () => {
        assert.deepEqual(compareFingerprints({ a: "1" }, { a: "1" }), { warm: true });
        assert.equal(compareFingerprints(undefined, { a: "1" }).warm, false);
    });

    it("names what changed, came or went", () => {
        assert.deepEqual(compareFingerprints({ a: "1", b: "2" }, { a: "1", c: "3" }), {
            warm: false,
            because: "b, c changed",
        });
        assert.deepEqual(compareFingerprints({}, { a: "1", b: "1", c: "1", d: "1", e: "1" }), {
            warm: false,
            because: "a, b, c and 2 more changed",
        });
    });

    it("never calls two different maps equal", () => {
        const map = fc.dictionary(fc.string(), fc.string());
        fc.assert(
            fc.property(map, map, (before, now) => {
                const same =
                    JSON.stringify(Object.entries(before).sort()) === JSON.stringify(Object.entries(now).sort());
                assert.equal(compareFingerprints(before, now).warm, same);
            }),
        );
    });
});

describe("fingerprints of files", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "hearth-fingerprint-"));
        mkdirSync(join(folder, "inner"));
        writeFileSync(join(folder, "inner", "a"), "one");
        symlinkSync("inner/a", join(folder, "link"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const edits: Readonly<Record<string, (root: string) => void>> = {
        "an edit of the same length": (root) => writeFileSync(join(root, "inner", "a"), "two"),
        "an edit whose modification time is put back": (root) => {
            const { atime, mtime } = statSync(join(root, "inner", "a"));
            writeFileSync(join(root, "inner", "a"), "six");
            utimesSync(join(root, "inner", "a"), atime, mtime);
        },
        "a new empty file": (root) => writeFileSync(join(root, "b"), ""),
        "a new empty folder": (root) => mkdirSync(join(root, "empty")),
        "a renamed file": (root) => renameSync(join(root, "inner", "a"), join(root, "inner", "b")),
        "a moved file": (root) => renameSync(join(root, "inner", "a"), join(root, "a")),
        "a deleted file": (root) => rmSync(join(root, "inner", "a")),
        "a link that points elsewhere": (root) => {
            rmSync(join(root, "link"));
            symlinkSync("inner/b", join(root, "link"));
        },
        "a file in place of a folder": (root) => {
            rmSync(join(root, "inner"), { recursive: true });
            writeFileSync(join(root, "inner"), "");
        },
    };
    for (const [title, edit] of Object.entries(edits)) {
        it(`see ${title}`, () => {
            const contents = hashContents(folder);
            const times = hashChangeTimes(folder);
            edit(folder);
            assert.notEqual(hashContents(folder), contents);
            assert.notEqual(hashChangeTimes(folder), times);
        });
    }

    it("see an edit of what a link leads to, outside of the folder, too", () => {
        const elsewhere = mkdtempSync(join(tmpdir(), "hearth-linked-"));
        try {
            mkdirSync(join(elsewhere, "package"));
            writeFileSync(join(elsewhere, "package", "index.js"), "one");
            // Circles of links are none of our business.
            symlinkSync(elsewhere, join(elsewhere, "package", "self"));
            symlinkSync(join(elsewhere, "package"), join(folder, "package"));
            symlinkSync(folder, join(elsewhere, "root"));
            for (const path of [folder, join(elsewhere, "root")]) {
                writeFileSync(join(elsewhere, "package", "index.js"), "one");
                const [contents, times] = [hashContents(path), hashChangeTimes(path)];
                assert.equal(hashContents(path), contents);
                writeFileSync(join(elsewhere, "package", "index.js"), "two");
                assert.notEqual(hashContents(path), contents);
                assert.notEqual(hashChangeTimes(path), times);
            }
        } finally {
            rmSync(elsewhere, { recursive: true });
        }
    });

    it("do not change when nothing does", () => {
        assert.equal(hashContents(folder), hashContents(folder));
        assert.equal(hashChangeTimes(folder), hashChangeTimes(folder));
    });

    it("are the same from a thread of its own", async () => {
        writeFileSync(join(folder, "aside"), "");
        assert.equal(await changeTimesAside(folder), hashChangeTimes(folder));
        assert.equal(await changeTimesAside(folder, "aside"), hashChangeTimes(folder, "aside"));
    });

    it("tell a missing path from an empty file", () => {
        writeFileSync(join(folder, "empty"), "");
        assert.notEqual(hashContents(join(folder, "empty")), hashContents(join(folder, "missing")));
    });
});

describe("fingerprints of the environment", () => {
    it("cover what steers the run, hashed, and nothing else", () => {
        const names = Object.keys(
            relevantVariables({ PULUMI_X: "secret", KUBECONFIG: "/k", TERM: "x", HEARTH_OFFLINE: "1", EDITOR: "vi" }),
        );
        assert.deepEqual(names, ["variable HEARTH_OFFLINE", "variable KUBECONFIG", "variable PULUMI_X"]);
        assert.ok(!JSON.stringify(relevantVariables({ PULUMI_X: "hunter2" })).includes("hunter2"));
    });
});
