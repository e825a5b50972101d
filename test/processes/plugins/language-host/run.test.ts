import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { status } from "@grpc/grpc-js";
import { LanguageHandshakeRequest } from "@pulumi/pulumi/proto/language_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { MemoryWatch } from "../../../../tools/plugins/language-host/run";
import { FakeEngine } from "../../../helpers/fake-engine";
import { answer, HostUnderTest, ProgramFolder } from "../../../helpers/language-host";
import { isAlive, until } from "../../../helpers/processes";

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { writeFileSync } from "node:fs";
class Box extends pulumi.ComponentResource {
    constructor(name: string) {
        super("tiny:index:Box", name);
        this.registerOutputs({ size: 3 });
    }
}
new Box("box");
const config = new pulumi.Config();
writeFileSync(__dirname + "/seen.json", JSON.stringify({
    execArgv: process.execArgv, argv: process.argv.slice(2), cwd: process.cwd(), stack: pulumi.getStack(),
    project: pulumi.getProject(), organization: pulumi.getOrganization(),
    dryRun: pulumi.runtime.isDryRun(), size: config.requireNumber("size"), other: new pulumi.Config("other").get("key"),
    hasSync: "PULUMI_NODEJS_SYNC" in process.env, tsconfig: process.env.PULUMI_NODEJS_TSCONFIG_PATH,
    parallel: process.env.PULUMI_NODEJS_PARALLEL, inherited: process.env.INHERITED,
}));
console.log("to stdout");
console.error("to stderr");
export const password = config.requireSecret("password");
export const size = 3;
`;

const TSCONFIG = JSON.stringify({
    compilerOptions: { module: "commonjs", moduleResolution: "node", target: "es2022", noCheck: true },
});

/** Runs instead of the SDK's script, so that a test takes no longer than what it is about. */
const SCRIPT = `
const { writeFileSync } = require("node:fs");
const [mode] = process.argv.slice(-1);
writeFileSync(__dirname + "/pid", String(process.pid));
if (mode === "wait") setInterval(() => undefined, 1000);
else if (mode === "signal") process.kill(process.pid, "SIGKILL");
else if (mode === "memory") { console.error("<--- Last few GCs --->"); process.exitCode = 134; }
else process.exitCode = Number(mode);
`;

describe("a program in the language host", () => {
    let engine: FakeEngine;
    let host: HostUnderTest;
    let folder: ProgramFolder;

    beforeEach(async () => {
        engine = await FakeEngine.start();
        host = await HostUnderTest.start(engine.address);
    });

    afterEach(async () => {
        delete process.env["PULUMI_LANGUAGE_NODEJS_RUN_PATH"];
        await host.stop();
        engine.stop();
        folder.remove();
    });

    describe("run by the SDK", function () {
        this.timeout(60_000);

        it("registers its resources, and sees what the engine said", async () => {
            folder = new ProgramFolder({
                "index.ts": PROGRAM,
                "tsconfig.custom.json": TSCONFIG,
                "package.json": `{ "main": "index.ts" }`,
            });
            const options = { tsconfig: "tsconfig.custom.json", nodeargs: "--title='a b' --no-deprecation" };
            const request = folder.request(engine.address, options);
            request.setDryrun(true);
            request.setArgsList(["one", "--two"]);
            request.getConfigMap().set("tiny:size", "3").set("tiny:password", "hunter2").set("other:key", "value");
            request.setConfigsecretkeysList(["tiny:password"]);
            process.env["INHERITED"] = "yes";
            const response = await host.run(request);
            delete process.env["INHERITED"];
            assert.deepEqual(
                response.toObject(),
                { error: "", bail: false },
                host.stderr + JSON.stringify(engine.logged),
            );
            assert.deepEqual(JSON.parse(readFileSync(folder.file("seen.json"), "utf8")), {
                execArgv: ["--title=a b", "--no-deprecation"],
                argv: ["one", "--two"],
                cwd: folder.path,
                stack: "dev",
                project: "tiny",
                organization: "organization",
                dryRun: true,
                size: 3,
                other: "value",
                hasSync: false,
                tsconfig: "tsconfig.custom.json",
                parallel: "16",
                inherited: "yes",
            });
            assert.deepEqual(
                engine.registered.map((registered) => [registered.getType(), registered.getName()]),
                [
                    ["pulumi:pulumi:Stack", "tiny-dev"],
                    ["tiny:index:Box", "box"],
                ],
            );
            const outputs = engine.outputs.find((request) => request.getUrn().includes("Stack"))?.getOutputs();
            const password: unknown = outputs?.toJavaScript()["password"];
            assert.ok(password !== null && typeof password === "object", "the password is a secret");
            assert.equal(outputs?.toJavaScript()["size"], 3);
            assert.ok(host.stdout.includes("to stdout\n"));
            assert.ok(host.stderr.includes("to stderr\n"));
        });

        it("that fails has told the user why, and the engine need not", async () => {
            // With frames of the SDK in its stack, Node 20.20 takes half a minute to format it (withoutStack of problems.ts).
            const program = `const { RunError } = require("@pulumi/pulumi");
                throw Object.assign(new RunError("on purpose"), { stack: "RunError: on purpose" });`;
            folder = new ProgramFolder({ "index.js": program });
            const response = await host.run(folder.request(engine.address, { typescript: false }));
            assert.deepEqual(response.toObject(), { error: "", bail: true });
            assert.ok(engine.logged.some(({ message }) => message.includes("on purpose")));
        });

        it("waits for a debugger, and the engine is told how to attach it", async () => {
            folder = new ProgramFolder({ "index.js": "" });
            const request = folder.request(engine.address, { typescript: false });
            request.setAttachDebugger(true);
            const run = host.run(request);
            await until(() => engine.debugging.length > 0);
            const [asked] = engine.debugging;
            const pid = Number(/^on process id ([0-9]+)/.exec(asked?.message ?? "")?.[1]);
            assert.ok(isAlive(pid));
            assert.ok(JSON.stringify(asked?.config).includes("Pulumi: Program (nodejs)"));
            assert.ok(!host.stderr.includes("Debugger listening"));
            await answer<Empty>((callback) => host.client.cancel(new Empty(), callback));
            await run;
            await until(() => !isAlive(pid));
        });
    });

    describe("by its end", () => {
        const run = async (mode: string) => {
            folder = new ProgramFolder({ "script.js": SCRIPT });
            process.env["PULUMI_LANGUAGE_NODEJS_RUN_PATH"] = folder.file("script.js");
            const request = folder.request(engine.address);
            request.setArgsList([mode]);
            return (await host.run(request)).toObject();
        };

        it("says whether it succeeded", async () => {
            assert.deepEqual(await run("0"), { error: "", bail: false });
            assert.deepEqual(await run("1"), { error: "Program exited with non-zero exit code: 1", bail: false });
        });

        it("says with 32 that the user knows already", async () => {
            assert.deepEqual(await run("32"), { error: "", bail: true });
        });

        it("says when a signal ended it", async () => {
            assert.deepEqual(await run("signal"), { error: "Program was ended by SIGKILL", bail: false });
        });

        it("says when it has run out of memory, and what to do", async () => {
            const { error } = await run("memory");
            assert.match(error, /^Program exited with non-zero exit code: 134\. It seems to be out of memory\.\n/);
            assert.match(error, /fix: .*nodeargs: --max-old-space-size=/);
        });
    });

    describe("that does not end", () => {
        let running: ReturnType<HostUnderTest["client"]["run"]>;
        let ended: Promise<unknown>;
        let pid: number;

        beforeEach(async () => {
            folder = new ProgramFolder({ "script.js": SCRIPT });
            process.env["PULUMI_LANGUAGE_NODEJS_RUN_PATH"] = folder.file("script.js");
            const request = folder.request(engine.address);
            request.setArgsList(["wait"]);
            ended = new Promise((resolve) => {
                running = host.client.run(request, (error, response) => resolve(error ?? response.toObject()));
            });
            await until(() => existsSync(folder.file("pid")) && readFileSync(folder.file("pid"), "utf8") !== "");
            pid = Number(readFileSync(folder.file("pid"), "utf8"));
        });

        it("is ended when the engine cancels", async () => {
            assert.ok(isAlive(pid));
            await answer<Empty>((callback) => host.client.cancel(new Empty(), callback));
            assert.deepEqual(await ended, { error: "Program was ended by SIGINT", bail: false });
            await until(() => !isAlive(pid));
        });

        it("is ended when the engine waits no more", async () => {
            running.cancel();
            await until(() => !isAlive(pid));
        });

        it("is ended before the host is", async () => {
            await host.stop();
            assert.ok(!isAlive(pid));
        });

        it("is ended when the engine is gone", async () => {
            engine.stop();
            await until(() => !isAlive(pid));
        });
    });

    describe("that cannot be started", () => {
        it("for want of the SDK says how to get it", async () => {
            folder = new ProgramFolder({ "index.ts": "" }, { sdk: false });
            const { error } = (await host.run(folder.request(engine.address))).toObject();
            assert.match(error, /^Pulumi's SDK is not installed for .*\n {4}fix: run pulumi install$/);
        });

        it("for wrong options names all of them", async () => {
            folder = new ProgramFolder({ "index.ts": "" });
            const { error } = (
                await host.run(folder.request(engine.address, { typescript: "yes", nodeargs: 1 }))
            ).toObject();
            assert.match(error, /typescript must be true or false, and is "yes"\n/);
            assert.match(error, /nodeargs must be a line of arguments, and is 1\n/);
        });

        it("for want of an engine is refused, until one has shaken hands", async () => {
            folder = new ProgramFolder({ "script.js": SCRIPT });
            process.env["PULUMI_LANGUAGE_NODEJS_RUN_PATH"] = folder.file("script.js");
            const lonely = await HostUnderTest.start();
            try {
                const request = folder.request(engine.address);
                request.setArgsList(["0"]);
                await assert.rejects(lonely.run(request), { code: status.FAILED_PRECONDITION });
                const handshake = new LanguageHandshakeRequest();
                handshake.setEngineAddress(engine.address);
                await answer((callback) => lonely.client.handshake(handshake, callback));
                assert.deepEqual((await lonely.run(request)).toObject(), { error: "", bail: false });
            } finally {
                await lonely.stop();
            }
        });
    });
});

describe("watching for a want of memory", () => {
    it("hears words that come in pieces, and none that are not there", () => {
        const watch = new MemoryWatch();
        watch.hear(Buffer.from("all is well\n<--- Last "));
        assert.equal(watch.exhausted, false);
        watch.hear(Buffer.from("few GCs --->"));
        assert.equal(watch.exhausted, true);
    });
});
