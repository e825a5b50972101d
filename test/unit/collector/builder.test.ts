import assert from "node:assert/strict";
import { appendFileSync, chmodSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../components/config/problems";
import { BUILDER_MODULE, builderProgram } from "../../../tools/collector/builder";
import { failure } from "../../../tools/collector/go-says";
import { withFolder, writeFiles } from "../../helpers/chart-archives";

/** A project with a stand-in for Go that writes down how it was called. */
async function withGo(body: string, use: (root: string) => Promise<void>): Promise<void> {
    await withFolder(async (root) => {
        const log = `{ pwd; echo "$*"; env | grep -E '^(CGO|GO)' | sort; } >>"${join(root, "log")}"`;
        writeFiles(root, {
            [join(BUILDER_MODULE, "go.mod")]: "module m\n",
            [join(BUILDER_MODULE, "go.sum")]: "a h1:x\n",
            "bin/go": `#!/bin/sh\n${log}\n${body}\n`,
        });
        chmodSync(join(root, "bin", "go"), 0o755);
        await use(root);
    });
}

const MAKES_IT = 'echo program >"$3"';

const built = (root: string): ReturnType<typeof builderProgram> => {
    const env = { PATH: `${join(root, "bin")}:/usr/bin:/bin`, GOFLAGS: "-mod=mod", GOPROXY: "https://proxy.example" };
    return builderProgram(root, join(root, "cache"), env);
};

const calls = (root: string): readonly string[] =>
    readFileSync(join(root, "log"), "utf8")
        .split("\n")
        .filter((line) => line.startsWith("build "));

describe("the collector's builder", () => {
    it("is the tool of the module that pins it, with sums that must be there and the user's module proxy", () =>
        withGo(MAKES_IT, async (root) => {
            const result = await built(root);
            assert.ok("program" in result);
            assert.equal(readFileSync(result.program, "utf8"), "program\n");
            const [folder, call, ...variables] = readFileSync(join(root, "log"), "utf8").trim().split("\n");
            assert.ok(folder?.endsWith(`/${BUILDER_MODULE}`));
            assert.match(call ?? "", /^build -o \S+ tool$/);
            assert.deepEqual(variables, [
                "CGO_ENABLED=0",
                "GOFLAGS=-trimpath -buildvcs=false -mod=readonly",
                "GOPROXY=https://proxy.example",
                "GOWORK=off",
            ]);
        }));

    it("is built once, and anew where the module changed", () =>
        withGo(MAKES_IT, async (root) => {
            const first = await built(root);
            assert.deepEqual(await built(root), first);
            assert.equal(calls(root).length, 1);
            appendFileSync(join(root, BUILDER_MODULE, "go.sum"), "b h1:y\n");
            assert.notDeepEqual(await built(root), first);
            assert.equal(calls(root).length, 2);
        }));

    it("is left out, with the reason, where there is no Go or no proxy", async () => {
        await withGo(MAKES_IT, async (root) => {
            rmSync(join(root, "bin", "go"));
            const result = await builderProgram(root, join(root, "cache"), { PATH: join(root, "bin") });
            assert.deepEqual(result, { skipped: "the builder cannot be built: spawn go ENOENT" });
        });
        await withGo("echo 'm: module lookup disabled by GOPROXY=off' >&2; exit 1", async (root) => {
            const skipped = "the builder cannot be built: m: module lookup disabled by GOPROXY=off";
            assert.deepEqual(await built(root), { skipped });
        });
    });

    it("is an error where Go refuses its module, and nothing is left behind that could be run", () =>
        withGo(
            `${MAKES_IT}; echo 'a: missing go.sum entry; to add:' >&2; echo '  go get b' >&2; exit 1`,
            async (root) => {
                await assert.rejects(built(root), (error) => {
                    assert.ok(error instanceof UserError);
                    assert.match(error.message, /collector\/builder: go build refuses it:/);
                    assert.match(error.message, /missing go\.sum entry; to add:\n +go get b/);
                    assert.match(error.message, /go mod tidy/);
                    return true;
                });
                const files = readdirSync(join(root, "cache"), { recursive: true, encoding: "utf8" });
                assert.ok(
                    files.every((file) => !/builder\b.*\/builder/.test(file)),
                    files.join(),
                );
                assert.equal(calls(root).length, 1);
            },
        ));
});

describe("what a program said before it failed", () => {
    const failed = (stderr: string): Error => Object.assign(new Error("Command failed: go"), { stdout: "", stderr });

    it("is a reason to skip only where the last of it tells of no Go, network or proxy", () => {
        const refused = 'm@v1: Get "http://127.0.0.1:9/m.zip": dial tcp 127.0.0.1:9: connect: connection refused';
        assert.deepEqual(failure(failed(`${refused}\n`)), { says: refused, outOfReach: refused });
        const mismatch = [
            "verifying m@v1: checksum mismatch",
            "SECURITY ERROR",
            "For more information, see 'go help module-auth'.",
        ];
        const { says, outOfReach } = failure(failed(`lookup m on 1.1.1.1:53\n${mismatch.join("\n\n")}\n`));
        assert.equal(outOfReach, undefined);
        for (const line of mismatch) assert.ok(says.includes(`\n        ${line}`), line);
    });

    it("is its end, and what Node says where it said nothing", () => {
        const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
        const { says } = failure(failed(lines.join("\n")));
        assert.ok(says.includes("line 29") && says.includes("line 20") && !says.includes("line 19"));
        assert.equal(failure(failed("")).says, "Command failed: go");
        assert.equal(failure("odd").says, "odd");
    });
});
