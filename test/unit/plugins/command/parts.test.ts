import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { archiveOf, findAssets } from "../../../../tools/plugins/command/assets";
import { globExpression } from "../../../../tools/plugins/command/glob";
import { LineSplitter } from "../../../../tools/plugins/command/lines";
import { baseInputs } from "../../../../tools/plugins/command/properties";
import { redactor } from "../../../../tools/plugins/command/redact";
import { Secret } from "../../../../tools/plugins/provider-lib/values";

describe("secrets of a command", () => {
    it("are taken out of texts wherever in the inputs they are", () => {
        const redact = redactor(
            { environment: { KEY: new Secret("hunter2"), USER: "alice" }, triggers: new Secret(["abc", ["def"]]) },
            { stdout: new Secret("previous") },
        );
        assert.equal(
            redact("alice: hunter2hunter2, abc, def, previous"),
            "alice: [secret][secret], [secret], [secret], [secret]",
        );
    });

    it("are found as JSON has them and line by line", () => {
        const redact = redactor({ stdin: new Secret("-----BEGIN KEY-----\nMIIabcdef\nab\n") });
        assert.equal(redact('"-----BEGIN KEY-----\\nMIIabcdef\\nab"'), '"[secret]"');
        assert.equal(redact("MIIabcdef\nab"), "[secret]\nab");
    });

    it("are found whole where one holds another", () => {
        assert.equal(
            redactor({ a: new Secret("pass"), b: new Secret("password") })("password pass"),
            "[secret] [secret]",
        );
    });

    it("may be what stands for them, or look like a pattern", () => {
        assert.equal(
            redactor({ a: new Secret("secret"), b: new Secret("a.*b") })("secret a.*b axxb"),
            "[secret] [secret] axxb",
        );
    });

    it("are left where they are too short or too common to hide anything", () => {
        const redact = redactor({ a: new Secret("ab"), b: new Secret("true"), c: new Secret(""), d: new Secret(123) });
        assert.equal(redact("ab true 123"), "ab true 123");
    });

    it("never remain, whatever they are", () => {
        const word = fc
            .string({ minLength: 5 })
            .filter((text) => text.trim().length >= 5 && !/secret|false/i.test(text));
        fc.assert(
            fc.property(word, fc.string(), fc.string(), (text, before, after) => {
                const redacted = redactor({ a: new Secret(text) })(`${before}\0${text}\0${after}`);
                assert.ok(redacted.includes("[secret]"));
                assert.ok(!redacted.includes(`\0${text}\0`));
            }),
        );
    });
});

describe("lines of a command's output", () => {
    function split(...chunks: readonly Buffer[]): readonly string[] {
        const lines: string[] = [];
        const splitter = new LineSplitter((line) => lines.push(line));
        for (const chunk of chunks) splitter.write(chunk);
        splitter.end();
        return lines;
    }

    it("lose their ends, of either kind, and the last may have none", () => {
        assert.deepEqual(split(Buffer.from("a\r\nb\n\nc")), ["a", "b", "", "c"]);
        assert.deepEqual(split(Buffer.from("a\n")), ["a"]);
        assert.deepEqual(split(), []);
    });

    it("are the same however the bytes come, even within a character", () => {
        const bytes = Buffer.from("grüße\n€ und 𝄞\nx");
        fc.assert(
            fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (a, b) => {
                const [low, high] = [Math.min(a, b), Math.max(a, b)];
                const chunks = [bytes.subarray(0, low), bytes.subarray(low, high), bytes.subarray(high)];
                assert.deepEqual(split(...chunks), ["grüße", "€ und 𝄞", "x"]);
            }),
        );
    });
});

describe("globs of files", () => {
    // The first rows are the examples of the official plugin's documentation.
    const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
        ["assets/**", ["assets/logos/logo.svg", "assets/a"], ["asset/a", "x/assets/a"]],
        ["src/**.js", ["src/index.js", "src/deep/er/index.js"], ["src/index.ts"]],
        ["**secret.*", ["src/secret.js", "secret.txt"], ["src/secrets.js"]],
        ["*.txt", ["a.txt", ".txt"], ["a/b.txt", "a.txt2", "axtxt"]],
        ["?.md", ["a.md", "ü.md"], ["ab.md", "/.md"]],
        ["[a-c]x", ["ax", "cx"], ["dx", "-x"]],
        ["[!a-c]x", ["dx"], ["ax"]],
        ["{a,b*}.{js,ts}", ["a.js", "bcd.ts"], ["c.js", "a.md"]],
        ["{a,{b,c}}d", ["ad", "bd", "cd"], ["d", "a"]],
        ["a\\*b", ["a*b"], ["axb"]],
        ["a,b", ["a,b"], ["a"]],
        ["a+(b)$^|.", ["a+(b)$^|."], ["aab"]],
    ];
    for (const [glob, matching, others] of cases) {
        it(`match by ${glob}`, () => {
            const expression = globExpression(glob);
            assert.deepEqual(
                matching.filter((path) => !expression.test(path)),
                [],
            );
            assert.deepEqual(
                others.filter((path) => expression.test(path)),
                [],
            );
        });
    }

    it("must have an end for each bracket", () => {
        for (const glob of ["[ab", "{a,b", "[a\\"])
            assert.throws(() => globExpression(glob), /lacks the end of a bracket/);
    });
});

describe("files of a command", () => {
    const dir = mkdtempSync(join(tmpdir(), "hearth-assets-"));

    before(() => {
        mkdirSync(join(dir, "src", "deep"), { recursive: true });
        writeFileSync(join(dir, "src", "index.js"), "index");
        writeFileSync(join(dir, "src", "secret.js"), "secret");
        writeFileSync(join(dir, "src", "deep", "more.js"), "more");
        symlinkSync("index.js", join(dir, "src", "link.js"));
    });
    after(() => rmSync(dir, { recursive: true }));

    it("are chosen by rules in their order, with the hash of their content", async () => {
        const assets = await findAssets(dir, ["src/**.js", "!**secret.*", "!src/link.js"]);
        assert.deepEqual(assets, {
            "src/index.js": {
                "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
                hash: "1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6",
                path: join(dir, "src/index.js"),
            },
            "src/deep/more.js": {
                "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
                hash: "187897ce0afcf20b50ba2b37dca84a951b7046f29ed5ab94f010619f69d6e189",
                path: join(dir, "src/deep/more.js"),
            },
        });
    });

    it("come back when a later rule chooses them again", async () => {
        const assets = await findAssets(dir, ["src/*.js", "!**", "src/secret.js"]);
        assert.deepEqual(Object.keys(assets), ["src/secret.js"]);
        assert.deepEqual(await findAssets(dir, []), {});
    });

    it("make an archive", () => {
        assert.deepEqual(archiveOf({ a: {} }), {
            "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
            assets: { a: {} },
        });
    });
});

describe("inputs of a command", () => {
    it("have the official plugin's defaults", () => {
        assert.deepEqual(baseInputs({}), {
            addPreviousOutputInEnv: true,
            environment: {},
            interpreter: ["/bin/sh", "-c"],
            logging: { stdout: true, stderr: true },
            stdin: "",
        });
        assert.deepEqual(baseInputs({ interpreter: [] }).interpreter, ["/bin/sh", "-c"]);
    });

    it("say which output is shown", () => {
        const shown = (logging: string) => baseInputs({ logging }).logging;
        assert.deepEqual(shown("stdout"), { stdout: true, stderr: false });
        assert.deepEqual(shown("stderr"), { stdout: false, stderr: true });
        assert.deepEqual(shown("stdoutAndStderr"), { stdout: true, stderr: true });
        assert.deepEqual(shown("none"), { stdout: false, stderr: false });
    });
});
