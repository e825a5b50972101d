import assert from "node:assert/strict";
import {
    lstatSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    realpathSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble, toolVariables } from "../../../../tools/install/assemble";
import type { InstalledTool } from "../../../../tools/install/tool-set";

describe("the folders that lead to the tools of a run", () => {
    let root: string;
    let cache: string;

    beforeEach(() => {
        root = realpathSync(mkdtempSync(join(tmpdir(), "hearth-assemble-")));
        cache = join(root, "cache");
    });

    afterEach(() => rmSync(root, { recursive: true }));

    function tool(name: InstalledTool["name"], binary: string, extra: Partial<InstalledTool> = {}): InstalledTool {
        const file = join(root, "tools", name, binary);
        mkdirSync(join(file, ".."), { recursive: true });
        writeFileSync(file, binary, { mode: 0o755 });
        return { name, version: "1.2.3", origin: "built", cached: false, files: { [binary]: file }, ...extra };
    }

    it("have every program on PATH, and every plugin in Pulumi's home", () => {
        const tools = [tool("kind", "kind"), tool("command-provider", "pulumi-resource-command")];
        const { binDir, pulumiHome } = assemble(tools, cache);
        assert.deepEqual(readdirSync(binDir), ["kind"]);
        assert.equal(readFileSync(join(binDir, "kind"), "utf8"), "kind");
        const plugin = join(pulumiHome, "plugins", "resource-command-v1.2.3");
        assert.deepEqual(readdirSync(plugin), ["pulumi-resource-command"]);
        assert.equal(readFileSync(join(plugin, "pulumi-resource-command"), "utf8"), "pulumi-resource-command");
    });

    it("have plugin folders that are no links, since the engine skips those", () => {
        const { pulumiHome } = assemble([tool("random-provider", "pulumi-resource-random")], cache);
        assert.ok(lstatSync(join(pulumiHome, "plugins", "resource-random-v1.2.3")).isDirectory());
    });

    it("have the engine itself beside a stand-in language host, since it looks beside its own file", () => {
        const engine = tool("pulumi", "pulumi");
        const host = tool("language-host", "pulumi-language-nodejs", { origin: "stand-in" });
        const { binDir } = assemble([engine, host], cache);
        for (const file of ["pulumi", "pulumi-language-nodejs"]) {
            assert.ok(lstatSync(join(binDir, file)).isFile(), file);
            assert.equal(realpathSync(join(binDir, file)), join(binDir, file));
        }
        // A second name of the same file: no second copy of a hundred megabytes.
        assert.equal(statSync(join(binDir, "pulumi")).ino, statSync(engine.files["pulumi"] ?? "").ino);
    });

    it("only link to an engine that has its language host beside it", () => {
        const engine = tool("pulumi", "pulumi", { origin: "release" });
        const host = tool("language-host", "pulumi-language-nodejs", { origin: "release" });
        const { binDir } = assemble([engine, host], cache);
        assert.equal(realpathSync(join(binDir, "pulumi")), engine.files["pulumi"]);
    });

    it("are the same for the same tools, and others for others: checkouts of different age do not meet", () => {
        const kind = tool("kind", "kind");
        const first = assemble([kind], cache);
        assert.deepEqual(assemble([kind], cache), first);
        const second = assemble([{ ...kind, version: "1.2.4" }], cache);
        assert.notEqual(second.binDir, first.binDir);
        assert.notEqual(second.pulumiHome, first.pulumiHome);
        assert.deepEqual(readdirSync(first.binDir), ["kind"]);
    });

    it("share which stack is selected where", () => {
        const first = assemble([tool("kind", "kind")], cache);
        const second = assemble([tool("helm", "helm")], cache);
        writeFileSync(join(first.pulumiHome, "workspaces", "selected.json"), "dev-fast");
        assert.equal(readFileSync(join(second.pulumiHome, "workspaces", "selected.json"), "utf8"), "dev-fast");
    });

    it("have the kubectl of the control plane where there are two", () => {
        const controlPlane = tool("control-plane", "kubectl");
        const { binDir } = assemble([controlPlane, tool("kubectl", "kubectl")], cache);
        assert.equal(realpathSync(join(binDir, "kubectl")), controlPlane.files["kubectl"]);
    });

    it("leave nothing half when they cannot be made", () => {
        const impossible = tool("kind", "kind", { files: { "no/such/folder": "/x" } });
        assert.throws(() => assemble([impossible], cache), { code: "ENOENT" });
        assert.deepEqual(readdirSync(join(cache, "tools")), []);
    });
});

describe("the variables of the tools", () => {
    const cache = "/cache";
    const assembly = { key: "k", binDir: "/cache/tools/env-k/bin", pulumiHome: "/cache/pulumi-home/k" };

    it("put one folder before the user's own PATH, and only one however often", () => {
        const first = toolVariables(assembly, { PATH: "/usr/bin:/bin" }, cache);
        assert.equal(first["PATH"], "/cache/tools/env-k/bin:/usr/bin:/bin");
        const again = toolVariables({ ...assembly, binDir: "/cache/tools/env-l/bin" }, first, cache);
        assert.equal(again["PATH"], "/cache/tools/env-l/bin:/usr/bin:/bin");
    });

    it("keep Pulumi from fetching plugins, taking others from PATH, and phoning home", () => {
        const variables = toolVariables(assembly, {}, cache);
        assert.equal(variables["PULUMI_HOME"], assembly.pulumiHome);
        assert.equal(variables["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"], "true");
        assert.equal(variables["PULUMI_IGNORE_AMBIENT_PLUGINS"], "true");
        assert.equal(variables["PULUMI_SKIP_UPDATE_CHECK"], "true");
        assert.equal(variables["SOPS_DISABLE_VERSION_CHECK"], "1");
    });
});
