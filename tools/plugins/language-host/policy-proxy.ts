import * as grpc from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
    AnalyzerHandshakeResponse,
    AnalyzerStackConfigureRequest,
    AnalyzerStackConfigureResponse,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { bind, createServer, stop } from "../lib/serve";
import { TO_ENGINE } from "../lib/watch";
import type { PolicyStack } from "./launch";

/** A promise and what settles it; the first one to do so counts. */
interface Deferred<T> {
    readonly promise: Promise<T>;
    readonly resolve: (value: T) => void;
    readonly reject: (error: Error) => void;
}

/**
 * Stands between the engine and a policy pack. A pack learns from variables which stack it judges, and the engine tells
 * that only to one that has started. So this answers the engine until it has told, and then passes everything on.
 * Messages stay the bytes that they are.
 */
export class PolicyProxy {
    private readonly server = createServer();
    private readonly configured = deferred<Buffer | undefined>();
    private readonly pack = deferred<grpc.Client>();
    private client: grpc.Client | undefined;

    /** @returns the port for the engine */
    public start(): Promise<number> {
        // Nobody may wait for the pack when it fails.
        this.pack.promise.catch(() => undefined);
        const { handshake, configureStack, ...others } = AnalyzerService;
        for (const { path } of Object.values(others)) this.add(path, (request) => this.forward(path, request));
        this.add(handshake.path, async () => bytes(new AnalyzerHandshakeResponse()));
        this.add(configureStack.path, async (request) => {
            this.configured.resolve(request);
            return bytes(new AnalyzerStackConfigureResponse());
        });
        return bind(this.server);
    }

    /** The stack to judge; undefined when the engine asks for something else first, as `pulumi policy publish` does. */
    public async stack(): Promise<PolicyStack | undefined> {
        const request = await this.configured.promise;
        return request === undefined
            ? undefined
            : policyStack(AnalyzerStackConfigureRequest.deserializeBinary(request));
    }

    /** Passes everything on to a pack on a port, after what has been said so far. */
    public async attach(port: number): Promise<void> {
        this.client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
            ...TO_ENGINE,
            "grpc.max_send_message_length": -1,
        });
        const request = await this.configured.promise;
        try {
            if (request !== undefined) await call(this.client, AnalyzerService.configureStack.path, request);
        } catch (error) {
            if (!isUnimplemented(error)) return this.fail(error instanceof Error ? error : new Error(String(error)));
        }
        this.pack.resolve(this.client);
    }

    /** Fails all that waits for the pack. */
    public fail(error: Error): void {
        this.pack.reject(error);
    }

    /** Ends after what has just been answered has left. */
    public async stop(): Promise<void> {
        await stop(this.server);
        this.client?.close();
    }

    private async forward(path: string, request: Buffer): Promise<Buffer> {
        this.configured.resolve(undefined);
        return call(await this.pack.promise, path, request);
    }

    private add(path: string, answer: (request: Buffer) => Promise<Buffer>): void {
        const handler: grpc.handleUnaryCall<Buffer, Buffer> = ({ request }, callback) => {
            answer(request).then(
                (response) => callback(null, response),
                (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
            );
        };
        this.server.register(path, handler, asIs, asIs, "unary");
    }
}

/** What the engine says about the stack. */
function policyStack(request: AnalyzerStackConfigureRequest): PolicyStack {
    return {
        organization: request.getOrganization(),
        project: request.getProject(),
        stack: request.getStack(),
        dryRun: request.getDryRun(),
        config: request.getConfigMap().toArray(),
    };
}

function call(client: grpc.Client, path: string, request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
        client.makeUnaryRequest(path, asIs, asIs, request, (error, response) => {
            if (error === null) resolve(response ?? Buffer.alloc(0));
            else reject(error);
        });
    });
}

function isUnimplemented(error: unknown): boolean {
    return error instanceof Error && "code" in error && error.code === grpc.status.UNIMPLEMENTED;
}

function asIs(value: Buffer): Buffer {
    return value;
}

function bytes(message: { serializeBinary(): Uint8Array }): Buffer {
    return Buffer.from(message.serializeBinary());
}

function deferred<T>(): Deferred<T> {
    let resolve: (value: T) => void = () => undefined;
    let reject: (error: Error) => void = () => undefined;
    const promise = new Promise<T>((...settle) => ([resolve, reject] = settle));
    return { promise, resolve: (value) => resolve(value), reject: (error) => reject(error) };
}
