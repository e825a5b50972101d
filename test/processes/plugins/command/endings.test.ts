import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceError } from "@grpc/grpc-js";
import { commandProvider } from "../../../../tools/plugins/command/provider";
import { Secret, type ValueMap } from "../../../../tools/plugins/provider-lib/values";
import { isAlive, until } from "../../../helpers/processes";
import { ProviderClient } from "../../../helpers/provider-client";

const COMMAND = "command:local:Command";

describe("a command that does not end well", () => {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), "hearth-command-")));
    let client: ProviderClient;

    beforeEach(async () => (client = await ProviderClient.start(commandProvider)));
    afterEach(() => client.stop());
    after(() => rmSync(dir, { recursive: true }));

    const failure = async (inputs: ValueMap): Promise<string> => {
        const error = await client.create(COMMAND, inputs).then(
            () => assert.fail("it did not fail"),
            (reason: ServiceError) => reason,
        );
        return error.details;
    };

    describe("a failure", () => {
        it("tells how it ended, the command and its output", async () => {
            assert.equal(
                await failure({ create: "echo out; sleep 0.1; echo err >&2; exit 3" }),
                'exit status 3: running "echo out; sleep 0.1; echo err >&2; exit 3":\nout\nerr\n',
            );
            assert.match(await failure({ create: "kill -9 $$" }), /^ended by SIGKILL: running /);
        });

        it("tells no secret", async () => {
            const details = await failure({
                create: new Secret("echo $KEY; echo $KEY >&2; false # hunter2"),
                environment: { KEY: new Secret("swordfish") },
            });
            assert.equal(details, 'exit status 1: running "[secret]":\n[secret]\n[secret]\n');
        });

        it("tells why a command cannot be started", async () => {
            const create = "true";
            assert.match(
                await failure({ create, dir: "/no/such" }),
                /^chdir \/no\/such: no such file or directory: running "true"/,
            );
            assert.match(
                await failure({ create, interpreter: ["no-such-shell", "-c"] }),
                /^exec: "no-such-shell": executable file not found in \$PATH: running "true"/,
            );
            assert.match(
                await failure({ create, interpreter: ["/no/such/shell"] }),
                /^exec: "\/no\/such\/shell": no such file or directory: running "true"/,
            );
            writeFileSync(join(dir, "text"), "text");
            assert.match(
                await failure({ create, interpreter: [join(dir, "text")] }),
                /: permission denied: running "true"/,
            );
        });

        it("tells what the system refuses, and no secret in it", async () => {
            const long = new Secret("x".repeat(200_000));
            assert.match(
                await failure({ create: "true", environment: { LONG: long } }),
                /^exec: "\/bin\/sh": argument list too long/,
            );
            const nul = await failure({ create: "true", environment: { NUL: new Secret("hunter2\0") } });
            assert.match(nul, /^exec: "\/bin\/sh": a null byte in an argument or variable: running "true"/);
        });
    });

    describe("a command under way", () => {
        /** Starts one that leaves its own id and its child's behind. */
        async function underWay(script: string, options = {}) {
            const file = join(mkdtempSync(join(dir, "run-")), "pids");
            const create = `echo $$ > ${file}.tmp; sleep 300 & echo $! >> ${file}.tmp; mv ${file}.tmp ${file}; ${script}`;
            const ended = client.create(COMMAND, { create }, options).then(
                () => "it succeeded",
                (error: ServiceError) => error.details,
            );
            await until(() => existsSync(file));
            const pids = readFileSync(file, "utf8").trim().split("\n").map(Number);
            assert.equal(pids.length, 2);
            return { ended, pids };
        }
        const gone = (pids: readonly number[]) => until(() => !pids.some(isAlive));

        it("ends with all that it has started when it is cancelled", async () => {
            const { ended, pids } = await underWay("wait");
            await client.cancel();
            assert.match(await ended, /^cancelled: running /);
            await gone(pids);
        });

        it("leaves nothing of what it has started, even what does not want to end", async () => {
            const file = join(dir, "stubborn");
            const { ended } = await underWay(`sh -c 'trap "" TERM; echo $$ > ${file}; sleep 300; sleep 300' & wait`);
            await until(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"));
            await client.cancel();
            assert.match(await ended, /^cancelled: running /);
            await gone([Number(readFileSync(file, "utf8"))]);
        });

        it("has failed when it was cancelled, although it ended well", async () => {
            const { ended } = await underWay("trap 'exit 0' TERM; wait");
            await client.cancel();
            assert.match(await ended, /^cancelled: running /);
        });

        it("ends when its time is over", async () => {
            const { ended, pids } = await underWay("wait", { timeout: 1 });
            assert.match(await ended, /^the time for it was over: running /);
            await gone(pids);
        });

        it("ends when the plugin is to end", async () => {
            const { ended, pids } = await underWay("wait");
            client.lifetime.end();
            await client.lifetime.idle();
            await gone(pids);
            assert.match(await ended, /^cancelled: running /);
        });

        it("is not started any more after a cancellation", async () => {
            await client.cancel();
            assert.match(await failure({ create: `touch ${dir}/cancelled` }), /^cancelled: running /);
            assert.equal(existsSync(`${dir}/cancelled`), false);
        });
    });
});
