import assert from "node:assert/strict";
import {
    chmodSync,
    existsSync,
    lstatSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    readlinkSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../../components/config/problems";
import { buildArguments, goBuild, prefetch } from "../../../../tools/install/build";
import { toolSpec } from "../../../../tools/registry";

const LINUX = { os: "linux", arch: "amd64" } as const;

describe("the arguments of a build", () => {
    it("name the file of a single program, so that it may be called otherwise than its package", () => {
        const { module } = toolSpec("kubernetes-provider");
        assert.ok(module !== undefined);
        assert.deepEqual(buildArguments(module, "/to"), [
            ...["build", "-v", "-gcflags=all=-dwarf=false", "-ldflags", "-s -w"],
            ...["-o", "/to/pulumi-resource-kubernetes", "./kubernetes-provider"],
        ]);
    });

    it("name the folder of several", () => {
        const { module } = toolSpec("kwok");
        assert.ok(module !== undefined);
        assert.deepEqual(buildArguments(module, "/to").slice(-4), [
            ...["-o", "/to/"],
            ...["sigs.k8s.io/kwok/cmd/kwok", "sigs.k8s.io/kwok/cmd/kwokctl"],
        ]);
    });
});

describe("a build", () => {
    let root: string;
    let into: string;

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "hearth-build-"));
        into = join(root, "into");
        for (const folder of [
            "bin",
            "into",
            "tools/modules/kubernetes",
            "tools/modules/kwok",
            "tools/modules/argocd",
        ]) {
            mkdirSync(join(root, folder), { recursive: true });
        }
    });

    afterEach(() => rmSync(root, { recursive: true }));

    /** A stand-in for Go that writes down how it was called. */
    function fakeGo(body: string): void {
        const log = `{ pwd; echo "$*"; env | grep -E '^(CGO|GO)' | sort; } >>"${join(root, "log")}"`;
        writeFileSync(join(root, "bin", "go"), `#!/bin/sh\n${log}\n${body}\n`, { mode: 0o755 });
    }

    const logged = (): readonly string[] => readFileSync(join(root, "log"), "utf8").trim().split("\n");
    const options = (): Parameters<typeof goBuild>[3] => ({
        project: root,
        platform: LINUX,
        env: { PATH: `${join(root, "bin")}:/usr/bin:/bin`, GOFLAGS: "-mod=mod", GOPROXY: "https://proxy.example" },
    });

    it("runs in the module's folder with Hearth's flags and the user's module proxy", async () => {
        fakeGo(`touch "${into}/control-plane"`);
        const spec = toolSpec("control-plane");
        assert.ok(spec.module !== undefined);
        await goBuild(spec, spec.module, into, options());
        const [folder, call, ...variables] = logged();
        assert.ok(folder?.endsWith("/tools/modules/kubernetes"));
        assert.match(call ?? "", /^build -v -gcflags=all=-dwarf=false -ldflags -s -w .*gitVersion=v1\.34\.3/);
        assert.deepEqual(variables, [
            "CGO_ENABLED=0",
            "GOARCH=amd64",
            "GOFLAGS=-trimpath -buildvcs=false -mod=readonly",
            "GOOS=linux",
            "GOPROXY=https://proxy.example",
            "GOWORK=off",
        ]);
    });

    it("makes every name of a multi-call program a link to it", async () => {
        fakeGo(`touch "${into}/control-plane"`);
        const spec = toolSpec("control-plane");
        assert.ok(spec.module !== undefined);
        await goBuild(spec, spec.module, into, options());
        for (const name of spec.binaries) {
            assert.ok(lstatSync(join(into, name)).isSymbolicLink());
            assert.equal(readlinkSync(join(into, name)), "control-plane");
        }
    });

    it("leaves a multi-call program be that is one of its own names", async () => {
        fakeGo(`touch "${into}/argocd"`);
        const spec = toolSpec("argocd");
        assert.ok(spec.module !== undefined && spec.binaries.includes("argocd"));
        await goBuild(spec, spec.module, into, options());
        assert.ok(lstatSync(join(into, "argocd")).isFile());
        assert.equal(readlinkSync(join(into, "argocd-server")), "argocd");
    });

    it("puts files into a copy of a module, which is gone afterwards", async () => {
        const source = join(root, "source");
        mkdirSync(join(source, "ui"), { recursive: true, mode: 0o755 });
        writeFileSync(join(source, "ui", "web.go"), "package ui\n", { mode: 0o444 });
        chmodSync(join(source, "ui"), 0o555);
        const folder = join(root, "tools", "modules", "alertmanager");
        mkdirSync(folder);
        for (const file of ["go.mod", "go.sum"]) writeFileSync(join(folder, file), `${file}\n`);
        // What `go mod edit` is told is kept for the build to look at; the fourth argument of the build is the file.
        fakeGo(`case "$1 $2" in
            "list -m") echo "${source}" ;;
            "mod edit") echo "$3" > "${join(root, "replacement")}"; grep -q '^go.mod$' "$4" ;;
            "build -v") cat "$(sed 's/.*=//' "${join(root, "replacement")}")/ui/app/dist/index.html" > "${into}/page"
                ls "$(dirname "$4")" > "${into}/files" ;;
        esac`);
        const spec = toolSpec("alertmanager");
        assert.ok(spec.module?.amended !== undefined);
        await goBuild(spec, spec.module, into, options());
        assert.equal(readFileSync(join(into, "page"), "utf8"), "built without its web page\n");
        assert.equal(readFileSync(join(into, "files"), "utf8"), "go.mod\ngo.sum\nmodule\n");
        const [, replaced = ""] = readFileSync(join(root, "replacement"), "utf8").trim().split("=").slice(-2);
        assert.match(
            readFileSync(join(root, "log"), "utf8"),
            /^build -v -modfile \S+\/go\.mod -gcflags=\S+ -ldflags -s -w /m,
        );
        assert.equal(existsSync(replaced), false);
        assert.deepEqual(readdirSync(join(source, "ui")), ["web.go"]);
    });

    it("puts files of its own folder into a module, too", async () => {
        const source = join(root, "source");
        mkdirSync(join(source, "go"), { recursive: true });
        writeFileSync(join(source, "go", "other.go"), "package other\n", { mode: 0o444 });
        const folder = join(root, "tools", "modules", "kubernetes");
        mkdirSync(join(folder, "_sdk"));
        writeFileSync(join(folder, "_sdk", "kinds.go"), "package v2 // ours\n");
        for (const file of ["go.mod", "go.sum"]) writeFileSync(join(folder, file), `${file}\n`);
        fakeGo(`case "$1 $2" in
            "list -m") echo "${source}" ;;
            "mod edit") echo "$3" > "${join(root, "replacement")}" ;;
            "build -v") (cd "$(sed 's/.*=//' "${join(root, "replacement")}")" && find . -type f | sort | xargs cat) > "${into}/files" ;;
        esac`);
        const spec = toolSpec("kubernetes-provider");
        assert.ok(spec.module?.amended !== undefined);
        await goBuild(spec, spec.module, into, options());
        assert.equal(readFileSync(join(into, "files"), "utf8"), "package v2 // ours\npackage other\n");
    });

    it("tells how far it is", async () => {
        fakeGo("echo 'go: downloading example.org/a v1.0.0' >&2; echo example.org/a >&2; echo example.org/b/v2 >&2");
        const spec = toolSpec("kwok");
        assert.ok(spec.module !== undefined);
        const notes: string[] = [];
        await goBuild(spec, spec.module, into, options(), (note) => notes.push(note));
        assert.deepEqual(notes, ["downloading sources", "1 packages compiled", "2 packages compiled"]);
    });

    it("fails with what Go says, and which tool it was", async () => {
        fakeGo("echo example.org/a >&2; echo 'compile: no space left on device' >&2; exit 1");
        const spec = toolSpec("kwok");
        const { module } = spec;
        assert.ok(module !== undefined);
        await assert.rejects(goBuild(spec, module, into, options()), (error) => {
            assert.ok(error instanceof UserError);
            assert.match(error.message, /kwok 0\.7\.0 \(tools\/modules\/kwok\): go build ended with 1:/);
            assert.match(error.message, /no space left on device/);
            assert.doesNotMatch(error.message, /example\.org\/a/);
            return true;
        });
    });

    it("lets the sources of later builds be fetched, and does not mind when that fails", async () => {
        fakeGo("exit 1");
        const { module } = toolSpec("kwok");
        assert.ok(module !== undefined);
        await prefetch([module], options(), new AbortController().signal);
        assert.equal(logged()[1], "list -deps sigs.k8s.io/kwok/cmd/kwok sigs.k8s.io/kwok/cmd/kwokctl");
        const aborted = new AbortController();
        aborted.abort();
        await prefetch([module], options(), aborted.signal);
        assert.equal(logged().filter((line) => line.startsWith("list")).length, 1);
    });
});
