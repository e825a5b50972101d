import { createServer } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { StartDebuggingRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { TO_ENGINE } from "../lib/watch";

/** Node's own port for debuggers, which they look at by themselves. */
const USUAL_PORT = 9229;

/** A Node process that waits for a debugger. */
export interface Debugger {
    /** Arguments of Node. */
    readonly args: readonly string[];
    /** Tells the engine, which tells the user, how to attach to the process. */
    readonly started: (pid: number) => void;
}

/** Chooses a port for a debugger: the usual one when it is free. */
export async function prepareDebugger(engine: string, name: string): Promise<Debugger> {
    const port = (await isFree(USUAL_PORT)) ? USUAL_PORT : await freePort();
    return {
        // The second one keeps "Debugger listening on ..." out of the user's sight: the engine tells him better.
        args: [`--inspect-brk=127.0.0.1:${port}`, "--inspect-publish-uid=http"],
        started: (pid) => announce(engine, name, pid, port),
    };
}

/** How an editor attaches to a process, in the form that VS Code's launch configurations have. */
export function debugConfiguration(name: string, pid: number, port: number): Readonly<Record<string, DebugValue>> {
    return {
        name,
        type: "node",
        request: "attach",
        processId: pid,
        continueOnAttach: true,
        skipFiles: ["<node_internals>/**"],
        ...(port === USUAL_PORT ? {} : { port }),
    };
}

type DebugValue = string | number | boolean | string[];

function announce(engine: string, name: string, pid: number, port: number): void {
    const request = new StartDebuggingRequest();
    request.setConfig(Struct.fromJavaScript({ ...debugConfiguration(name, pid, port) }));
    request.setMessage(`on process id ${pid}${port === USUAL_PORT ? "" : ` and port ${port}`}`);
    const client = new EngineClient(engine, grpc.credentials.createInsecure(), TO_ENGINE);
    client.startDebugging(request, (error) => {
        if (error !== null) process.stderr.write(`the engine cannot tell about the debugger: ${error.details}\n`);
        client.close();
    });
}

async function isFree(port: number): Promise<boolean> {
    try {
        await listen(port);
        return true;
    } catch {
        return false;
    }
}

function freePort(): Promise<number> {
    return listen(0);
}

/** Listens for a moment. @returns the port */
function listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.once("error", reject);
        server.listen(port, "127.0.0.1", () => {
            const address = server.address();
            const taken = address === null || typeof address === "string" ? port : address.port;
            server.close(() => resolve(taken));
        });
    });
}
