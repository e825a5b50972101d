import * as grpc from "@grpc/grpc-js";

/** The methods of a generated server interface, each of which may be left out: gRPC answers UNIMPLEMENTED for it. */
export type Handlers<S> = { readonly [K in keyof S as string extends K ? never : K]?: S[K] };

/** An answer that is an error with a gRPC status of its own; any other error is UNKNOWN, as from Pulumi's plugins. */
export class CallError extends Error {
    public constructor(
        message: string,
        public readonly code: grpc.status,
    ) {
        super(message);
    }
}

/** Adds a service to a server. `S` is the interface that is generated next to the service. */
export function addService<S extends grpc.UntypedServiceImplementation>(
    server: grpc.Server,
    service: grpc.ServiceDefinition,
    handlers: Handlers<S>,
): void {
    // The library's type has no room for methods that are left out; the library has.
    server.addService(service, handlers as unknown as grpc.UntypedServiceImplementation);
}

/** A call of one request and one response. `cancelled` is aborted when the caller does not wait any more. */
export function unary<Request, Response>(
    answer: (request: Request, cancelled: AbortSignal) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
    return (call, callback) => {
        settle(async () => answer(call.request, cancellation(call))).then(
            (response) => callback(null, response),
            (error: unknown) => callback(statusOf(error)),
        );
    };
}

/** A call with a stream of responses; it ends when `answer` settles. `send` waits while the caller is slow. */
export function streaming<Request, Response>(
    answer: (
        request: Request,
        send: (response: Response) => Promise<void>,
        cancelled: AbortSignal,
    ) => void | Promise<void>,
): grpc.handleServerStreamingCall<Request, Response> {
    return (call) => {
        const cancelled = cancellation(call);
        const send = (response: Response): Promise<void> =>
            new Promise((resolve) => {
                if (cancelled.aborted || call.write(response)) return resolve();
                call.once("drain", resolve);
                cancelled.addEventListener("abort", () => resolve(), { once: true });
            });
        settle(async () => answer(call.request, send, cancelled)).then(
            () => call.end(),
            (error: unknown) => call.emit("error", statusOf(error)),
        );
    };
}

/** The error as gRPC sends it. */
export function statusOf(error: unknown): Partial<grpc.StatusObject> {
    const details = error instanceof Error ? error.message : String(error);
    return { code: error instanceof CallError ? error.code : grpc.status.UNKNOWN, details };
}

/** Starts in a later turn, so that an answer that throws rejects like one that rejects. */
async function settle<T>(work: () => Promise<T>): Promise<T> {
    return work();
}

function cancellation(call: {
    readonly cancelled: boolean;
    on(event: "cancelled", listener: () => void): unknown;
}): AbortSignal {
    const controller = new AbortController();
    if (call.cancelled) controller.abort();
    call.on("cancelled", () => controller.abort());
    return controller.signal;
}
