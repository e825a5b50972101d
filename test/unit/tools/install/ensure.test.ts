import assert from "node:assert/strict";
import {
    chmodSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    realpathSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTools, type ToolSet } from "../../../../tools/install/ensure";
import { toolTable } from "../../../../tools/install/report";

describe("making sure of the tools", () => {
    let root: string;
    let shown: string;

    beforeEach(() => {
        root = realpathSync(mkdtempSync(join(tmpdir(), "hearth-ensure-")));
        shown = "";
        mkdirSync(join(root, "bin"));
        program("kubectl", "Client Version: v1.31.0");
        program("helm", "v3.18.0+g1");
        writeFileSync(join(root, "asked"), "");
    });

    afterEach(() => rmSync(root, { recursive: true }));

    /** A program of the user's that writes down when it is asked for its version. */
    function program(name: string, version: string): void {
        const file = join(root, "bin", name);
        writeFileSync(file, `#!/bin/sh\necho ${name} >>'${join(root, "asked")}'\necho '${version}'\n`);
        chmodSync(file, 0o755);
    }

    const asked = (): readonly string[] => readFileSync(join(root, "asked"), "utf8").trim().split("\n").sort();
    const cache = (): string => join(root, "cache");

    function ensure(extra: { refresh?: boolean } = {}): Promise<ToolSet> {
        return ensureTools(["helm", "kubectl"], {
            cache: cache(),
            env: { PATH: `${join(root, "bin")}:/usr/bin:/bin`, HOME: root, HEARTH_OFFLINE: "1" },
            stream: { write: (text: string) => (shown += text) },
            ...extra,
        });
    }

    it("gives the folder for PATH, the variables and the versions", async () => {
        const { binDir, env, versions, tools } = await ensure();
        assert.equal(env["PATH"], `${binDir}:${join(root, "bin")}:/usr/bin:/bin`);
        assert.deepEqual(versions, { kubectl: "1.31.0", helm: "3.18.0" });
        assert.deepEqual(
            tools.map(({ name, origin }) => `${name}: ${origin}`),
            ["kubectl: PATH", "helm: PATH"],
        );
        assert.equal(realpathSync(join(binDir, "helm")), join(root, "bin", "helm"));
        assert.equal(shown, "");
    });

    it("starts nothing and looks for nothing the second time", async () => {
        const first = await ensure();
        assert.deepEqual(asked(), ["helm", "kubectl"]);
        const started = performance.now();
        const second = await ensure();
        const took = performance.now() - started;
        assert.deepEqual(asked(), ["helm", "kubectl"]);
        assert.equal(second.binDir, first.binDir);
        assert.deepEqual(second.env, first.env);
        assert.ok(took < 100, `${took} ms`);
    });

    it("looks again when a program on PATH was replaced", async () => {
        const first = await ensure();
        program("helm", "v3.19.0+g2");
        const second = await ensure();
        assert.equal(second.versions.helm, "3.19.0");
        assert.notEqual(second.key, first.key);
    });

    it("looks again when anything of what it found is gone", async () => {
        const { binDir } = await ensure();
        rmSync(join(binDir, ".."), { recursive: true });
        const second = await ensure();
        assert.deepEqual(asked(), ["helm", "helm", "kubectl", "kubectl"]);
        assert.equal(readFileSync(join(second.binDir, "helm"), "utf8").slice(0, 9), "#!/bin/sh");
    });

    it("looks again when it is told to", async () => {
        await ensure();
        await ensure({ refresh: true });
        assert.deepEqual(asked(), ["helm", "helm", "kubectl", "kubectl"]);
    });

    it("does not mind a broken stamp", async () => {
        await ensure();
        const stamps = join(cache(), "tools", "stamps");
        for (const file of readdirSync(stamps)) writeFileSync(join(stamps, file), "{");
        assert.equal((await ensure()).versions.kubectl, "1.31.0");
    });
});

describe("the table of tools", () => {
    it("says of each tool where it came from and what it is for, and why the user's own was passed over", () => {
        const table = toolTable({
            binDir: "/c/bin",
            pulumiHome: "/c/home",
            tools: [
                { name: "pulumi", version: "3.245.0", origin: "built", cached: true, files: {} },
                { name: "language-host", version: "3.245.0", origin: "stand-in", cached: true, files: {} },
                {
                    name: "kind",
                    version: "0.30.0",
                    origin: "release",
                    cached: false,
                    files: {},
                    passedOver: "/usr/bin/kind is 0.1.0",
                },
                { name: "sops", version: "3.9.0", origin: "PATH", cached: false, files: {} },
            ],
        });
        assert.deepEqual(table.split("\n"), [
            "tool           version  from                       for",
            "pulumi         3.245.0  cache (built from source)  deployment engine",
            "language-host  3.245.0  stand-in of ours           runs the TypeScript program for the engine",
            "kind           0.30.0   official release           makes the cluster in the container engine",
            "sops           3.9.0    PATH                       encrypts the secrets file",
            "",
            "passed over: /usr/bin/kind is 0.1.0",
            "programs: /c/bin",
            "Pulumi's home: /c/home",
        ]);
    });
});
