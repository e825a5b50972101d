import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    realpathSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { bundleStandIn } from "../../tools/install/stand-in";
import { commandProvider } from "../../tools/plugins/command/provider";
import type { Provider } from "../../tools/plugins/provider-lib/provider";
import { randomProvider } from "../../tools/plugins/random/provider";
import { isAlive, until } from "../helpers/processes";
import { skip } from "../helpers/skip";

const ROOT = join(__dirname, "..", "..");

const PROGRAM = `
const { Command } = require("@pulumi/command/local/command");
const { RandomBytes } = require("@pulumi/random/randomBytes");
const { RandomPassword } = require("@pulumi/random/randomPassword");
const { command, keepers } = JSON.parse(require("node:fs").readFileSync(__dirname + "/settings.json", "utf8"));
const password = new RandomPassword("password", { length: 24, special: false, keepers });
const bytes = new RandomBytes("bytes", { length: 8 });
const environment = { PASSWORD: password.result };
const made = new Command("made", { ...command, environment }, { additionalSecretOutputs: ["stdout"] });
exports.password = password.result;
exports.hex = bytes.hex;
exports.stdout = made.stdout;
exports.stderr = made.stderr;
`;

/** What the resources came to, with secrets shown. */
interface Outputs {
    readonly password: string;
    readonly hex: string;
    readonly stdout: string;
    readonly stderr: string;
}

describe("the stand-ins for Pulumi's providers, with the engine", function () {
    this.timeout(30_000);

    const root = realpathSync(mkdtempSync(join(tmpdir(), "hearth-providers-")));
    const log = join(root, "ran.log");
    const variables = {
        PATH: process.env["PATH"] ?? "",
        HOME: root,
        PULUMI_HOME: join(root, "home"),
        PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "for tests",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
    };

    before(async function () {
        const missing = ["pulumi", "pulumi-language-nodejs"].filter((tool) => !isOnPath(tool));
        if (missing.length > 0)
            skip(this, `no ${missing.join(" and ")} on PATH: the providers were not tried with the engine`);
        for (const folder of ["project", "state"]) mkdirSync(join(root, folder));
        for (const provider of [commandProvider, randomProvider]) await install(provider);
        writeFileSync(join(root, "project", "index.js"), PROGRAM);
        writeFileSync(join(root, "project", "package.json"), "{}");
        writeFileSync(
            join(root, "project", "Pulumi.yaml"),
            "name: tiny\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n",
        );
        symlinkSync(join(ROOT, "node_modules"), join(root, "project", "node_modules"));
        await pulumi("stack", "init");
    });
    after(() => rmSync(root, { recursive: true, force: true }));

    async function install({ name, version }: Provider): Promise<void> {
        const folder = join(root, "home", "plugins", `resource-${name}-v${version}`);
        mkdirSync(folder, { recursive: true });
        await bundleStandIn(ROOT, name, `pulumi-resource-${name}`, folder, folder);
    }

    /** Starts Pulumi in a process group of its own, as a shell does. */
    function start(...args: readonly string[]) {
        const child = spawn("pulumi", [...args, "--stack", "dev", "--non-interactive", "--color", "never"], {
            cwd: join(root, "project"),
            env: variables,
            detached: true,
        });
        let output = "";
        for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
        const ended = new Promise<{ status: number | null; output: string }>((resolve) => {
            child.once("close", (status) => resolve({ status, output }));
        });
        return { child, ended };
    }

    async function pulumi(...args: readonly string[]): Promise<string> {
        const { status, output } = await start(...args).ended;
        assert.equal(status, 0, output);
        return output;
    }

    /** Makes the program what the settings say. */
    function settings(command: Readonly<Record<string, unknown>>, keepers = {}): void {
        writeFileSync(join(root, "project", "settings.json"), JSON.stringify({ command, keepers }));
    }

    const up = () => pulumi("up", "--yes", "--skip-preview");
    const outputs = async (): Promise<Outputs> =>
        JSON.parse(await pulumi("stack", "output", "--json", "--show-secrets")) as Outputs;
    const ran = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
    const state = () => readFileSync(join(root, "state", ".pulumi", "stacks", "tiny", "dev.json"), "utf8");

    const create = `echo "made with $PASSWORD"; echo err >&2; echo create >> ${log}`;
    const base = {
        create,
        update: `echo "was $PULUMI_COMMAND_STDOUT"; echo update >> ${log}`,
        delete: `echo "delete of $PULUMI_COMMAND_STDOUT" >> ${log}`,
        triggers: ["one"],
    };
    let first: Outputs;

    it("make everything, and show no secret in log and state", async () => {
        settings(base);
        const output = await pulumi("up", "--yes");
        assert.deepEqual(ran(), ["create"]);
        first = await outputs();
        assert.match(first.password, /^[A-Za-z0-9]{24}$/);
        assert.match(first.hex, /^[0-9a-f]{16}$/);
        assert.deepEqual([first.stdout, first.stderr], [`made with ${first.password}`, "err"]);

        assert.match(output, /made with \[secret\]/);
        const base64 = Buffer.from(first.hex, "hex").toString("base64");
        for (const text of [output, state()]) {
            for (const secret of [first.password, first.hex, base64]) assert.ok(!text.includes(secret));
        }
        assert.match(state(), /"ciphertext"/);
    });

    it("find nothing to do in what has not changed, by up and by refresh", async () => {
        await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
        await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
        assert.deepEqual(ran(), ["create"]);
        assert.deepEqual(await outputs(), first);
    });

    it("update for a changed input, with the last output", async () => {
        settings({ ...base, logging: "none" });
        const output = await up();
        assert.match(output, /~ 1 updated/);
        assert.deepEqual(ran(), ["create", "update"]);
        assert.equal((await outputs()).stdout, `was ${first.stdout}`);
    });

    it("replace for a changed trigger and a changed keeper, and delete with the old inputs", async () => {
        settings({ ...base, triggers: ["two"], delete: `echo "new delete" >> ${log}` }, { round: "2" });
        const preview = await pulumi("preview", "--diff");
        assert.match(preview, /\+-random:index\/randomPassword:RandomPassword: \(replace\)/);
        assert.match(preview, /\+-command:local:Command: \(replace\)/);
        assert.deepEqual(ran(), ["create", "update"]);

        assert.match(await up(), /\+-2 replaced/);
        assert.deepEqual(ran().slice(2), ["create", `delete of was ${first.stdout}`]);
        const second = await outputs();
        assert.notEqual(second.password, first.password);
        assert.equal(second.hex, first.hex);
    });

    it("tell how a command failed, and leave a stack that can be mended", async () => {
        settings({ ...base, triggers: ["three"], create: 'echo "bad $PASSWORD" >&2; exit 7' });
        const { status, output } = await start("up", "--yes", "--skip-preview").ended;
        assert.notEqual(status, 0);
        assert.match(output, /exit status 7: running "echo \\"bad \$PASSWORD\\" >&2; exit 7":\n\s*bad \[secret\]/);
    });

    /** Starts an update whose command sleeps. @returns the update, and the ids of the command and its child */
    async function sleeping() {
        const file = join(root, `pids-${Date.now()}`);
        const script = `echo $$ > ${file}.tmp; sleep 300 & echo $! >> ${file}.tmp; mv ${file}.tmp ${file}; wait`;
        settings({ ...base, triggers: [file], create: script });
        const running = start("up", "--yes", "--skip-preview");
        await until(() => existsSync(file), 20_000);
        return { ...running, pids: readFileSync(file, "utf8").trim().split("\n").map(Number) };
    }

    it("end a command and what it has started on Ctrl-C", async () => {
        const { child, ended, pids } = await sleeping();
        child.kill("SIGINT");
        const { status, output } = await ended;
        assert.notEqual(status, 0);
        assert.match(output, /cancelled: running/);
        await until(() => !pids.some(isAlive));
    });

    it("end with an engine that was killed, and leave nothing running", async () => {
        const { child, ended, pids } = await sleeping();
        child.kill("SIGKILL");
        await ended;
        await until(() => ![...pids, ...pluginProcesses(root)].some(isAlive));
        await pulumi("cancel", "--yes");
    });

    it("destroy everything, with the inputs of what was made last", async () => {
        const before = ran().length;
        settings({ ...base, triggers: ["four"] });
        await up();
        const output = await pulumi("destroy", "--yes", "--skip-preview");
        assert.match(output, /- 4 deleted/);
        assert.equal(ran().at(-1)?.startsWith("delete of made with "), true, ran().slice(before).join());
        assert.deepEqual(pluginProcesses(root), []);
    });
});

function isOnPath(tool: string): boolean {
    return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, tool)));
}

/** Ids of what runs from a folder. */
function pluginProcesses(folder: string): readonly number[] {
    return spawnSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" })
        .stdout.split("\n")
        .filter((line) => line.includes(folder))
        .map((line) => Number.parseInt(line, 10));
}
