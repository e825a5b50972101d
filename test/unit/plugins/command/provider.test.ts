import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceError } from "@grpc/grpc-js";
import { commandProvider } from "../../../../tools/plugins/command/provider";
import { Secret, UNKNOWN, type ValueMap } from "../../../../tools/plugins/provider-lib/values";
import { ASSET } from "../../../../tools/plugins/provider-lib/wire";
import { toolSpec } from "../../../../tools/registry";
import { FakeEngine } from "../../../helpers/fake-engine";
import { isAlive } from "../../../helpers/processes";
import { ProviderClient, urnOf } from "../../../helpers/provider-client";

const COMMAND = "command:local:Command";
const RUN = "command:local:run";

describe("the stand-in for the command provider", () => {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), "hearth-command-")));
    let engine: FakeEngine;
    let client: ProviderClient;

    beforeEach(async () => {
        engine = await FakeEngine.start();
        client = await ProviderClient.start(commandProvider, engine.address);
    });
    afterEach(() => {
        client.stop();
        engine.stop();
    });
    after(() => rmSync(dir, { recursive: true }));

    const lines = () => engine.logged.map(({ message }) => message);
    it("has the registry's version and the resource of this machine only", async () => {
        assert.equal(commandProvider.version, toolSpec("command-provider").version);
        for (const type of ["command:remote:Command", "command:remote:CopyToRemote"]) {
            await assert.rejects(client.check(type, {}), /pulumi plugin install resource command 1\.2\.1/);
        }
    });

    describe("create", () => {
        it("runs the command in a shell and keeps inputs and both outputs, each without its last end of line", async () => {
            const inputs = { create: "printf 'a\\nb\\n\\n'; echo err >&2", triggers: [1] };
            const { id, outputs } = await client.create(COMMAND, inputs, { name: "maker" });
            assert.match(id, /^maker[0-9a-f]{8}$/);
            assert.deepEqual(outputs, { ...inputs, stdout: "a\nb\n", stderr: "err" });
        });

        it("takes interpreter, directory, environment and standard input from the inputs", async () => {
            const { outputs } = await client.create(COMMAND, {
                create: 'echo "$0 $A $HOME"; pwd; cat',
                interpreter: ["bash", "-euo", "pipefail", "-c"],
                dir,
                environment: { A: new Secret("one"), HOME: "/nowhere" },
                stdin: new Secret("typed"),
            });
            assert.equal(outputs["stdout"], `bash one /nowhere\n${dir}\ntyped`);
            assert.deepEqual(outputs["environment"], { A: new Secret("one"), HOME: "/nowhere" });
            assert.deepEqual(outputs["stdin"], new Secret("typed"));
        });

        it("keeps bash from taking it for a remote shell, which would run the user's own start-up file", async () => {
            const level = process.env["SHLVL"];
            // As under a service manager: no shell is above.
            delete process.env["SHLVL"];
            try {
                writeFileSync(join(dir, ".bashrc"), "echo start-up file\n");
                const { outputs } = await client.create(COMMAND, {
                    create: "exec bash -c 'cat'",
                    interpreter: ["bash", "-c"],
                    environment: { HOME: dir },
                    stdin: "typed",
                });
                assert.equal(outputs["stdout"], "typed");
            } finally {
                if (level !== undefined) process.env["SHLVL"] = level;
            }
        });

        it("runs nothing without a command", async () => {
            assert.deepEqual((await client.create(COMMAND, { delete: "x" })).outputs, {
                delete: "x",
                stdout: "",
                stderr: "",
            });
        });

        it("runs nothing in a preview, and knows no output then", async () => {
            const inputs = {
                create: `touch ${dir}/made`,
                environment: { A: UNKNOWN },
                assetPaths: ["*"],
                archivePaths: ["*"],
            };
            assert.deepEqual(await client.create(COMMAND, inputs, { preview: true }), {
                id: "",
                outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN, assets: UNKNOWN, archive: UNKNOWN },
            });
            assert.equal(existsSync(`${dir}/made`), false);
            const plain = await client.create(COMMAND, { create: "true" }, { preview: true });
            assert.deepEqual(Object.keys(plain.outputs).sort(), ["create", "stderr", "stdout"]);
        });

        it("returns the files that it is asked for", async () => {
            const { outputs } = await client.create(COMMAND, {
                create: "echo hi > made.txt; echo no > made.log",
                dir,
                assetPaths: ["*.txt"],
                archivePaths: ["made.*", "!*.txt"],
            });
            const assets = outputs["assets"] as Record<string, ValueMap>;
            assert.deepEqual(Object.keys(assets), ["made.txt"]);
            assert.equal(assets["made.txt"]?.["path"], join(dir, "made.txt"));
            assert.equal(assets["made.txt"]?.["4dabf18193072939515e22adb298388d"], ASSET);
            assert.deepEqual(Object.keys((outputs["archive"] as Record<string, ValueMap>)["assets"] ?? {}), [
                "made.log",
            ]);
        });

        it("leaves alone what the command has detached", async () => {
            const { outputs } = await client.create(COMMAND, {
                create: "sleep 60 </dev/null >/dev/null 2>&1 & echo $!",
            });
            const pid = Number(outputs["stdout"]);
            assert.equal(isAlive(pid), true);
            process.kill(pid);
        });

        it("waits for what may still write, as the official plugin does", async () => {
            const { outputs } = await client.create(COMMAND, { create: "(sleep 0.2; echo late) & echo early" });
            assert.equal(outputs["stdout"], "early\nlate");
        });
    });

    describe("the log", () => {
        it("shows both outputs line by line beside the resource, for as long as it is worked on", async () => {
            await client.create(COMMAND, { create: "echo one; printf two; echo three >&2" });
            assert.deepEqual([...lines()].sort(), ["one", "three", "two"]);
            for (const { urn, severity, ephemeral } of engine.logged) {
                assert.deepEqual([urn, severity, ephemeral], [urnOf(COMMAND), 1, true]);
            }
        });

        const cases = { stdout: ["out"], stderr: ["err"], stdoutAndStderr: ["err", "out"], none: [] };
        for (const [logging, expected] of Object.entries(cases)) {
            it(`shows what logging says: ${logging}`, async () => {
                const { outputs } = await client.create(COMMAND, { create: "echo out; echo err >&2", logging });
                assert.deepEqual([...lines()].sort(), expected);
                assert.deepEqual([outputs["stdout"], outputs["stderr"]], ["out", "err"]);
            });
        }

        it("shows no secret", async () => {
            const secret = { environment: { KEY: new Secret("hunter2") }, stdin: new Secret("line one\nline two\n") };
            await client.create(COMMAND, { create: 'echo "key is $KEY"; cat', ...secret });
            assert.deepEqual(lines(), ["key is [secret]", "[secret]", "[secret]"]);
        });
    });

    describe("check", () => {
        it("takes all that the official plugin takes, secret and unknown", async () => {
            const inputs = {
                create: new Secret("true"),
                delete: UNKNOWN,
                triggers: ["a", 1, { b: [UNKNOWN] }, new Secret(true)],
                environment: { A: new Secret(UNKNOWN) },
                addPreviousOutputInEnv: false,
            };
            assert.deepEqual(await client.check(COMMAND, inputs), { inputs, failures: [] });
        });

        it("refuses everything wrong at once", async () => {
            const { failures } = await client.check(COMMAND, { create: 1, environment: { A: 2 }, crate: "typo" });
            assert.deepEqual(failures, [
                "environment: Field 'environment.A' on 'command:local:Command' must be a string; got a number instead",
                "create: Field 'create' on 'command:local:Command' must be a string; got a number instead",
                "crate: Unrecognized field 'crate' on 'command:local:Command'",
            ]);
        });
    });

    describe("diff", () => {
        const old = { create: "a", environment: { A: "1" }, triggers: ["x", "y"], interpreter: ["bash", "-c"] };
        const rows: readonly (readonly [string, ValueMap, Readonly<Record<string, string>>, readonly string[]])[] = [
            ["nothing", old, {}, []],
            ["the command", { ...old, create: "b" }, { create: "UPDATE" }, []],
            ["a command more", { ...old, update: "u" }, { update: "ADD" }, []],
            ["the delete command", { ...old, delete: "d" }, { delete: "ADD" }, []],
            ["a variable", { ...old, environment: { A: "2" } }, { "environment.A": "UPDATE" }, []],
            ["the interpreter", { ...old, interpreter: ["sh", "-c"] }, { "interpreter[0]": "UPDATE" }, []],
            ["the directory", { ...old, dir: "/" }, { dir: "ADD" }, []],
            ["a trigger", { ...old, triggers: ["x", "z"] }, { "triggers[1]": "UPDATE_REPLACE" }, ["triggers"]],
            ["a trigger less", { ...old, triggers: ["x"] }, { "triggers[1]": "DELETE_REPLACE" }, ["triggers"]],
            ["a trigger more", { ...old, triggers: ["x", "y", 1] }, { "triggers[2]": "ADD_REPLACE" }, ["triggers"]],
            [
                "a trigger not known yet",
                { ...old, triggers: ["x", UNKNOWN] },
                { "triggers[1]": "UPDATE_REPLACE" },
                ["triggers"],
            ],
            ["secrecy", { ...old, create: new Secret("a") }, { create: "UPDATE" }, []],
        ];
        for (const [name, news, detailed, replaces] of rows) {
            it(`of ${name}`, async () => {
                const state = { ...old, stdout: "out", stderr: "" };
                const answer = await client.diff(COMMAND, { state, oldInputs: old, news });
                assert.equal(answer.changed, Object.keys(detailed).length > 0);
                assert.deepEqual(answer.detailed, detailed);
                assert.deepEqual(answer.replaces, replaces);
                assert.equal(answer.deleteBeforeReplace, false);
            });
        }

        it("of what an engine or another provider has written beside the inputs is none", async () => {
            const state = { ...old, stdout: "out", stderr: "", __meta: "x" };
            const answer = await client.diff(COMMAND, { state, oldInputs: { ...old, __defaults: [] }, news: old });
            assert.equal(answer.changed, false);
            assert.equal((await client.diff(COMMAND, { state, news: old })).changed, false);
        });
    });

    describe("update", () => {
        const state = { create: "echo old", update: "x", stdout: new Secret("one"), stderr: "two" };
        const echo = 'echo "$PULUMI_COMMAND_STDOUT $PULUMI_COMMAND_STDERR"';

        it("runs update, or create where there is none, with the last outputs in its environment", async () => {
            assert.equal((await client.update(COMMAND, state, { create: "false", update: echo }))["stdout"], "one two");
            assert.equal((await client.update(COMMAND, state, { create: echo }))["stdout"], "one two");
        });

        it("keeps the last outputs out of the environment when it is told to", async () => {
            const inputs = { update: `${echo} end`, addPreviousOutputInEnv: false };
            assert.equal((await client.update(COMMAND, state, inputs))["stdout"], "  end");
        });

        it("returns the new inputs, and the old outputs where nothing runs", async () => {
            assert.deepEqual(await client.update(COMMAND, state, { delete: "d" }), {
                delete: "d",
                stdout: new Secret("one"),
                stderr: "two",
            });
        });

        it("runs nothing in a preview, and knows no output that running would change", async () => {
            const preview = { preview: true };
            assert.deepEqual(await client.update(COMMAND, state, { update: `touch ${dir}/updated` }, preview), {
                update: `touch ${dir}/updated`,
                stdout: UNKNOWN,
                stderr: UNKNOWN,
            });
            assert.equal(existsSync(`${dir}/updated`), false);
            assert.deepEqual((await client.update(COMMAND, state, { delete: "d" }, preview))["stderr"], "two");
        });
    });

    it("reads a command by keeping what is known of it", async () => {
        const inputs = { create: `touch ${dir}/read` };
        const state = { ...inputs, stdout: new Secret("out"), stderr: "" };
        assert.deepEqual(await client.read(COMMAND, "id", state, inputs), { id: "id", outputs: state, inputs });
        assert.equal(existsSync(`${dir}/read`), false);
    });

    describe("delete", () => {
        it("runs the command of the last run, with its inputs and outputs", async () => {
            await client.delete(COMMAND, {
                delete: `echo "$A $PULUMI_COMMAND_STDOUT" > ${dir}/deleted`,
                environment: { A: new Secret("one") },
                stdout: new Secret("out"),
                stderr: "",
            });
            assert.equal(readFileSync(`${dir}/deleted`, "utf8"), "one out\n");
        });

        it("does nothing without a command, and tells no secret of a failed one", async () => {
            await client.delete(COMMAND, { create: "false", stdout: "", stderr: "" });
            await assert.rejects(
                client.delete(COMMAND, {
                    delete: "echo $PULUMI_COMMAND_STDOUT; exit 1",
                    stdout: new Secret("hunter2"),
                }),
                (error: ServiceError) => {
                    assert.match(error.details, /^exit status 1: .*\n\[secret\]\n$/s);
                    return true;
                },
            );
        });
    });

    describe("the function", () => {
        it("runs a command and returns its arguments and outputs", async () => {
            const args = { command: "echo $A; echo err >&2", environment: { A: new Secret("one") }, logging: "stderr" };
            assert.deepEqual(await client.invoke(RUN, args), {
                result: { ...args, stdout: "one", stderr: "err" },
                failures: [],
            });
            assert.deepEqual(lines(), ["err"]);
        });

        it("refuses to run without one, and fails as the command does", async () => {
            assert.deepEqual((await client.invoke(RUN, {})).failures, [
                "command: Missing required field 'command' on 'command:local:run'",
            ]);
            await assert.rejects(client.invoke(RUN, { command: "exit 4" }), /exit status 4: running "exit 4"/);
        });
    });
});
