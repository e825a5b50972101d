import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../../components/config/problems";
import { ToolCache } from "../../../../tools/install/cache";
import { Installer, type Sources } from "../../../../tools/install/installer";
import type { Search } from "../../../../tools/install/on-path";
import type { ReleaseOutcome } from "../../../../tools/install/release";
import type { InstalledTool } from "../../../../tools/install/tool-set";
import type { Release, ToolName, ToolSpec } from "../../../../tools/install/tool-spec";

const RELEASE: Release = { downloads: [] };

function spec(name: ToolName, extra: Partial<ToolSpec> = {}): ToolSpec {
    return { name, version: "1.0.0", purpose: `purpose of ${name}`, binaries: [name], ...extra };
}

function buildable(name: ToolName, minutes = 1): ToolSpec {
    return spec(name, { module: { folder: name, packages: { [name]: "." }, ldflags: "", minutes } });
}

/** Sources that write down what they are asked, and do as a test says. */
class FakeSources implements Sources {
    public readonly asked: string[] = [];
    public onPath: Partial<Record<ToolName, Search>> = {};
    public outcome: ReleaseOutcome = { got: false, because: "example.org does not answer" };
    public buildError: Partial<Record<string, Error>> = {};
    public prerequisites: UserError | undefined;
    public readonly keys = {
        release: () => "release",
        build: ({ folder }: { folder: string }) => `build-${folder}`,
        standIn: (folder: string) => `stand-in-${folder}`,
    };

    public search({ name }: ToolSpec): Promise<Search> {
        return Promise.resolve(this.onPath[name] ?? {});
    }

    public release(_release: Release, folder: string): Promise<ReleaseOutcome> {
        this.asked.push("release");
        if (this.outcome.got) for (const file of this.released) writeFileSync(join(folder, file), "released");
        return Promise.resolve(this.outcome);
    }

    public released: readonly string[] = [];

    public build({ name, binaries }: ToolSpec, _module: unknown, folder: string): Promise<void> {
        this.asked.push(`build ${name}`);
        for (const binary of binaries) writeFileSync(join(folder, binary), "built");
        const error = this.buildError[name];
        return error === undefined ? Promise.resolve() : Promise.reject(error);
    }

    public standIn(standIn: string, binary: string, folder: string, final: string): Promise<void> {
        this.asked.push(`stand-in ${standIn}`);
        writeFileSync(join(folder, binary), final);
        return Promise.resolve();
    }

    public beforeBuilds(modules: readonly { folder: string }[]): Promise<void> {
        this.asked.push(`prerequisites of ${modules.map(({ folder }) => folder).join("+")}`);
        return this.prerequisites === undefined ? Promise.resolve() : Promise.reject(this.prerequisites);
    }

    public prefetch(modules: readonly { folder: string }[]): Promise<void> {
        this.asked.push(`prefetch ${modules.map(({ folder }) => folder).join("+")}`);
        return Promise.resolve();
    }
}

describe("installing tools", () => {
    let root: string;
    let cache: ToolCache;
    let sources: FakeSources;
    let shown: string;

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "hearth-install-"));
        cache = new ToolCache(join(root, "tools"));
        sources = new FakeSources();
        shown = "";
    });

    afterEach(() => rmSync(root, { recursive: true }));

    function install(...specs: readonly ToolSpec[]): Promise<readonly InstalledTool[]> {
        const stream = { write: (text: string) => (shown += text) };
        return new Installer({ cache, sources, stream }).install(specs);
    }

    const origins = (tools: readonly InstalledTool[]): readonly string[] =>
        tools.map(({ name, origin, cached }) => `${name}: ${origin}${cached ? ", cached" : ""}`);

    it("takes what is on PATH before anything else", async () => {
        sources.onPath = { kind: { found: { version: "0.31.0", files: { kind: "/usr/bin/kind" } } } };
        const tools = await install(buildable("kind"));
        assert.deepEqual(tools, [
            { name: "kind", version: "0.31.0", origin: "PATH", cached: false, files: { kind: "/usr/bin/kind" } },
        ]);
        assert.deepEqual(sources.asked, []);
        assert.equal(shown, "");
    });

    it("says why it passed over what is on PATH", async () => {
        sources.onPath = { kind: { passedOver: "/usr/bin/kind is 0.1.0" } };
        const [tool] = await install(buildable("kind"));
        assert.equal(tool?.origin, "built");
        assert.equal(tool?.passedOver, "/usr/bin/kind is 0.1.0");
    });

    it("takes the official release before it builds", async () => {
        sources.outcome = { got: true };
        sources.released = ["kind"];
        const tools = await install({ ...buildable("kind"), release: RELEASE });
        assert.deepEqual(origins(tools), ["kind: release"]);
        assert.deepEqual(sources.asked, ["release"]);
    });

    it("builds where the release cannot be had", async () => {
        const tools = await install({ ...buildable("kind"), release: RELEASE });
        assert.deepEqual(origins(tools), ["kind: built"]);
        assert.deepEqual(sources.asked, ["release", "prerequisites of kind", "prefetch ", "build kind"]);
    });

    it("does nothing a second time, in another run or another checkout", async () => {
        const wanted = [{ ...buildable("kind"), release: RELEASE }, buildable("kwok")];
        await install(...wanted);
        sources.asked.length = 0;
        assert.deepEqual(origins(await install(...wanted)), ["kind: built, cached", "kwok: built, cached"]);
        assert.deepEqual(sources.asked, []);
    });

    it("builds the slowest first, gives back in the order that was asked for, and shows which of how many", async () => {
        const tools = await install(buildable("age", 0.2), buildable("pulumi", 4), buildable("kwok", 2));
        assert.deepEqual(
            sources.asked.filter((line) => line.startsWith("build")),
            ["build pulumi", "build kwok", "build age"],
        );
        assert.deepEqual(
            tools.map(({ name }) => name),
            ["age", "pulumi", "kwok"],
        );
        assert.match(shown, /^\[1\/3\] pulumi 1\.0\.0 \(purpose of pulumi\)\n\[1\/3\] pulumi 1\.0\.0: built/);
        assert.match(shown, /\[3\/3\] age 1\.0\.0: built/);
    });

    it("checks what all builds need before the first, and fetches the sources of later ones meanwhile", async () => {
        await install(buildable("pulumi", 4), buildable("kwok", 2));
        assert.deepEqual(sources.asked.slice(0, 3), ["prerequisites of pulumi+kwok", "prefetch kwok", "build pulumi"]);
    });

    it("does not begin to build on a machine that cannot", async () => {
        sources.prerequisites = new UserError("cannot", [{ where: "go", what: "is not on PATH", fix: "install it" }]);
        await assert.rejects(install(buildable("pulumi")), sources.prerequisites);
        assert.ok(!sources.asked.includes("build pulumi"));
    });

    it("goes on after a failed build, keeps what it made, and then names every failure", async () => {
        const failure = (where: string): UserError => new UserError("no", [{ where, what: "failed", fix: "mend it" }]);
        sources.buildError = { pulumi: failure("pulumi"), age: failure("age") };
        await assert.rejects(install(buildable("pulumi", 4), buildable("kwok", 2), buildable("age")), (error) => {
            assert.ok(error instanceof UserError);
            assert.deepEqual(
                error.problems.map(({ where }) => where),
                ["pulumi", "age"],
            );
            return true;
        });
        sources.buildError = {};
        sources.asked.length = 0;
        const tools = await install(buildable("pulumi", 4), buildable("kwok", 2), buildable("age"));
        assert.deepEqual(origins(tools), ["pulumi: built", "kwok: built, cached", "age: built"]);
    });

    it("leaves nothing half when a build is interrupted, and starts it again", async () => {
        sources.buildError = { kind: new Error("interrupted by SIGINT") };
        await assert.rejects(install(buildable("kind")), /interrupted/);
        assert.deepEqual(
            readdirSync(cache.folder).filter((entry) => entry.includes("kind") || entry.startsWith(".partial")),
            [],
        );
        sources.buildError = {};
        assert.deepEqual(origins(await install(buildable("kind"))), ["kind: built"]);
    });

    it("stops at once when a download is not what its publisher says", async () => {
        const refusal = new UserError("wrong", [{ where: "https://e.org/kind", what: "wrong checksum", fix: "retry" }]);
        sources.release = () => Promise.reject(refusal);
        await assert.rejects(install({ ...buildable("kind", 9), release: RELEASE }, buildable("kwok")), refusal);
        assert.ok(!sources.asked.some((line) => line.startsWith("build")));
        assert.equal(cache.find({ name: "kind", version: "1.0.0", key: "release", binaries: ["kind"] }), undefined);
    });

    it("says why when there is no place left to ask", async () => {
        await assert.rejects(
            install(spec("kind", { release: RELEASE })),
            /kind: its release cannot be had \(example\.org/,
        );
    });

    it("installs once when two runs start at the same time", async () => {
        const [first, second] = await Promise.all([install(buildable("kind")), install(buildable("kind"))]);
        assert.equal(sources.asked.filter((line) => line === "build kind").length, 1);
        assert.deepEqual([...origins(first), ...origins(second)].sort(), ["kind: built", "kind: built, cached"]);
    });

    describe("with stand-ins", () => {
        const provider = spec("command-provider", {
            binaries: ["pulumi-resource-command"],
            plugin: "command",
            release: RELEASE,
            standIn: "command",
        });

        it("uses one only where the official program cannot be had", async () => {
            assert.deepEqual(origins(await install(provider)), ["command-provider: stand-in"]);
            assert.match(shown, /stand-in, since example\.org does not answer/);
        });

        it("makes one once", async () => {
            await install(provider);
            assert.deepEqual(origins(await install(provider)), ["command-provider: stand-in, cached"]);
            assert.equal(sources.asked.filter((line) => line === "stand-in command").length, 1);
        });

        it("takes the official program as soon as it can be had", async () => {
            await install(provider);
            sources.outcome = { got: true };
            sources.released = ["pulumi-resource-command"];
            assert.deepEqual(origins(await install(provider)), ["command-provider: release"]);
        });

        it("takes the official plugin that the user's own Pulumi has", async () => {
            const files = { "pulumi-resource-command": "/home/u/.pulumi/plugins/x/pulumi-resource-command" };
            sources.onPath = { "command-provider": { found: { version: "1.2.1", files } } };
            assert.deepEqual(origins(await install(provider)), ["command-provider: PULUMI_HOME"]);
        });
    });

    describe("with a tool that comes with another", () => {
        const engine: ToolSpec = { ...buildable("pulumi", 4), release: RELEASE };
        const host = spec("language-host", { binaries: ["host"], comesWith: "pulumi", standIn: "language-host" });

        it("takes it from beside an official release", async () => {
            sources.outcome = { got: true };
            sources.released = ["pulumi", "host"];
            const tools = await install(engine, host);
            assert.deepEqual(origins(tools), ["pulumi: release", "language-host: release"]);
            assert.match(shown, /language-host 1\.0\.0: came with pulumi/);
        });

        it("takes it from beside the user's own", async () => {
            const folder = join(root, "usr");
            mkdirSync(folder);
            for (const file of ["pulumi", "host"]) writeFileSync(join(folder, file), "");
            sources.onPath = { pulumi: { found: { version: "3.250.0", files: { pulumi: join(folder, "pulumi") } } } };
            const tools = await install(engine, host);
            assert.deepEqual(origins(tools), ["pulumi: PATH", "language-host: PATH"]);
            assert.deepEqual(tools[1]?.files, { host: join(folder, "host") });
            assert.equal(tools[1]?.version, "3.250.0");
        });

        it("has a stand-in beside a build", async () => {
            const tools = await install(engine, host);
            assert.deepEqual(origins(tools), ["pulumi: built", "language-host: stand-in"]);
        });
    });
});
