import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { Lifetime } from "./lifetime";
import { watchEngine, watchParent } from "./watch";

/** Milliseconds that calls and children get to finish: the engine kills a plugin 5 s after it asked it to end. */
const GRACE = 4000;

/** Milliseconds in which connections that the engine has just closed are noticed: the library waits for ever for them. */
const SETTLE = 5;

/** Milliseconds for the last answers to leave. */
const FLUSH = 200;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface ServeOptions {
    /** Address of the engine; the plugin ends when it cannot be reached any more. Default: not watched. */
    readonly engine?: string;
    /** Default a new one. */
    readonly lifetime?: Lifetime;
    /** Takes the line with the port, which is all that a plugin may print before it serves. Default standard output. */
    readonly announce?: (line: string) => void;
}

/**
 * Serves a plugin on a free port of 127.0.0.1 and prints that port. Ends on SIGINT, SIGTERM and SIGHUP, when the
 * engine is gone and when the process that started it is: children that hold on to `lifetime` never outlive it.
 * @returns settles when nothing is served and held any more
 * @throws Error when no port can be had
 */
export async function serve(
    register: (server: grpc.Server, lifetime: Lifetime) => void,
    options: ServeOptions = {},
): Promise<void> {
    const { engine, lifetime = new Lifetime(), announce = (line) => void process.stdout.write(line) } = options;
    const server = createServer({ interceptors: [held(lifetime)] });
    register(server, lifetime);
    const port = await bind(server);
    const end = (): void => lifetime.end();
    for (const signal of SIGNALS) process.on(signal, end);
    const watches = [watchParent(end), ...(engine === undefined ? [] : [watchEngine(engine, end)])];
    announce(`${port}\n`);
    await aborted(lifetime.ending);
    for (const unwatch of watches) unwatch();
    await atMost(GRACE, lifetime.idle());
    await stop(server);
    for (const signal of SIGNALS) process.off(signal, end);
}

/** Has the plugin stay until a call is answered, or its caller waits no more. */
function held(lifetime: Lifetime): grpc.ServerInterceptor {
    return (_, call) => {
        let over = (): void => undefined;
        void lifetime.hold(new Promise<void>((resolve) => (over = resolve)));
        return new grpc.ServerInterceptingCall(call, {
            start: (next) => next({ onCancel: () => over() }),
            sendStatus: (status, next) => {
                next(status);
                over();
            },
        });
    };
}

/** A server for single messages of any size: state and archives go through plugins. */
export function createServer(options: grpc.ServerOptions = {}): grpc.Server {
    return new grpc.Server({
        "grpc.max_receive_message_length": -1,
        "grpc.max_send_message_length": -1,
        ...options,
    });
}

/** Has a server serve on a free port of 127.0.0.1. @returns the port */
export function bind(server: grpc.Server): Promise<number> {
    return new Promise((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
            if (error === null) resolve(port);
            else reject(error);
        });
    });
}

/** Ends a server, after what has just been answered has left. */
export async function stop(server: grpc.Server): Promise<void> {
    await sleep(SETTLE);
    await atMost(FLUSH, new Promise<void>((resolve) => server.tryShutdown(() => resolve())));
    server.forceShutdown();
}

function aborted(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
    });
}

async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
    await Promise.race([work, late]);
    clearTimeout(timer);
}
