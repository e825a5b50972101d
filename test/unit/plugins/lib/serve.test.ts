import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import { EngineClient, EngineService, type IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb";
import {
    GetRootResourceRequest,
    GetRootResourceResponse,
    LogRequest,
    type SetRootResourceResponse,
    SetRootResourceRequest,
} from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { addService, CallError, unary, type Handlers } from "../../../../tools/plugins/lib/handlers";
import { Lifetime } from "../../../../tools/plugins/lib/lifetime";
import { serve } from "../../../../tools/plugins/lib/serve";
import { watchParent } from "../../../../tools/plugins/lib/watch";

interface Served {
    readonly client: EngineClient;
    readonly address: string;
    readonly printed: string;
    readonly lifetime: Lifetime;
    readonly done: Promise<void>;
}

/** Serves part of an engine's service, which stands in for any plugin's. */
async function start(handlers: Handlers<IEngineServer>, engine?: string): Promise<Served> {
    const lifetime = new Lifetime();
    let done: Promise<void> | undefined;
    const printed = await new Promise<string>((resolve, reject) => {
        const options = { lifetime, announce: resolve, ...(engine === undefined ? {} : { engine }) };
        done = serve((server) => addService<IEngineServer>(server, EngineService, handlers), options);
        done.catch(reject);
    });
    const address = `127.0.0.1:${printed.trim()}`;
    const client = new EngineClient(address, grpc.credentials.createInsecure(), {
        "grpc.max_receive_message_length": -1,
        "grpc.max_send_message_length": -1,
    });
    return { client, address, printed, lifetime, done: done ?? Promise.resolve() };
}

function ask(client: EngineClient): Promise<string> {
    return new Promise((resolve, reject) => {
        client.getRootResource(new GetRootResourceRequest(), (error, response) => {
            if (error === null) resolve(response.getUrn());
            else reject(error);
        });
    });
}

const answer = (urn: string): GetRootResourceResponse => {
    const response = new GetRootResourceResponse();
    response.setUrn(urn);
    return response;
};

describe("serving a plugin", () => {
    let served: Served | undefined;

    afterEach(async () => {
        served?.client.close();
        served?.lifetime.end();
        await served?.done;
        served = undefined;
    });

    it("says where, and nothing else", async () => {
        served = await start({ getRootResource: unary(() => answer("urn")) });
        assert.match(served.printed, /^[1-9][0-9]*\n$/);
        assert.equal(await ask(served.client), "urn");
    });

    it("leaves what it does not have to gRPC", async () => {
        served = await start({});
        await assert.rejects(ask(served.client), { code: grpc.status.UNIMPLEMENTED });
    });

    it("answers an unknown method, as the engine asks for one to see whether it is alive", async () => {
        served = await start({});
        const { client } = served;
        const identity = (value: Buffer): Buffer => value;
        const call = new Promise((resolve, reject) => {
            client.makeUnaryRequest("/none", identity, identity, Buffer.alloc(0), (error, value) => {
                if (error === null) resolve(value);
                else reject(error);
            });
        });
        await assert.rejects(call, { code: grpc.status.UNIMPLEMENTED });
    });

    it("hands on errors with their text, and with a code where they have one", async () => {
        served = await start({
            getRootResource: unary(() => {
                throw new Error("no such thing");
            }),
            setRootResource: unary<SetRootResourceRequest, SetRootResourceResponse>(async () => {
                throw new CallError("not yet", grpc.status.FAILED_PRECONDITION);
            }),
        });
        const { client } = served;
        await assert.rejects(ask(client), { code: grpc.status.UNKNOWN, details: "no such thing" });
        const set = new Promise((resolve, reject) => {
            client.setRootResource(new SetRootResourceRequest(), (error) => (error ? reject(error) : resolve(null)));
        });
        await assert.rejects(set, { code: grpc.status.FAILED_PRECONDITION, details: "not yet" });
    });

    it("takes and gives messages of any size", async () => {
        let size = 0;
        served = await start({
            log: unary((request) => {
                size = request.getMessage().length;
                return new Empty();
            }),
            getRootResource: unary(() => answer("x".repeat(8_000_000))),
        });
        const { client } = served;
        const request = new LogRequest();
        request.setMessage("x".repeat(8_000_000));
        await new Promise<void>((resolve, reject) => {
            client.log(request, (error) => (error === null ? resolve() : reject(error)));
        });
        assert.equal(size, 8_000_000);
        assert.equal((await ask(client)).length, 8_000_000);
    });

    it("tells a call that its caller waits no more", async () => {
        let cancelled: (() => void) | undefined;
        const noticed = new Promise<void>((resolve) => (cancelled = resolve));
        served = await start({
            getRootResource: unary(async (_request, signal) => {
                signal.addEventListener("abort", () => cancelled?.());
                call.cancel();
                await noticed;
                return answer("");
            }),
        });
        const call = served.client.getRootResource(new GetRootResourceRequest(), () => undefined);
        await noticed;
    });

    it("finishes calls and held work before it ends", async () => {
        let finish: (() => void) | undefined;
        const work = new Promise<void>((resolve) => (finish = resolve));
        const events: string[] = [];
        const { client, lifetime, done } = (served = await start({
            getRootResource: unary(async () => {
                lifetime.end();
                await work;
                return answer("late");
            }),
        }));
        const held = lifetime.hold(work.then(() => events.push("held work")));
        const asked = ask(client).then((urn) => events.push(urn));
        const ended = done.then(() => events.push("end"));
        await new Promise((resolve) => lifetime.ending.addEventListener("abort", resolve));
        finish?.();
        await Promise.all([held, asked, ended]);
        assert.equal(events.at(-1), "end");
        assert.deepEqual(events.sort(), ["end", "held work", "late"]);
    });

    it("ends when its engine is gone, and not before", async () => {
        const engine = await start({});
        served = await start({ getRootResource: unary(() => answer("still here")) }, engine.address);
        assert.equal(await ask(served.client), "still here");
        engine.client.close();
        engine.lifetime.end();
        await engine.done;
        await served.done;
        assert.ok(served.lifetime.ending.aborted);
    });

    it("ends when there is no such engine", async () => {
        const engine = await start({});
        engine.client.close();
        engine.lifetime.end();
        await engine.done;
        served = await start({}, engine.address);
        await served.done;
    });

    it("ends on the signals that ask a program to end, and leaves none of its handlers behind", async () => {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
            const before = process.listenerCount(signal);
            const { client, done } = await start({});
            process.emit(signal);
            await done;
            client.close();
            assert.equal(process.listenerCount(signal), before);
        }
    });

    it("ends when the process that started it does", async () => {
        let parent = 7;
        const gone = new Promise<void>((resolve) => watchParent(resolve, () => parent));
        parent = 1;
        await gone;
    });

    it("that was told to watch no longer does not", async () => {
        let parent = 7;
        let gone = false;
        const stop = watchParent(
            () => (gone = true),
            () => parent,
        );
        stop();
        parent = 1;
        await new Promise<void>((resolve) => watchParent(resolve, () => parent++));
        assert.equal(gone, false);
    });
});
