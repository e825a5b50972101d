import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import { ProgramInfo, RunRequest, type RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { addLanguageHost } from "../../tools/plugins/language-host/host";
import { Lifetime } from "../../tools/plugins/lib/lifetime";
import { serve } from "../../tools/plugins/lib/serve";
import { projectRoot } from "../../tools/lib/paths";

/** A language host in this process, and a client of it. */
export class HostUnderTest {
    private out = "";
    private err = "";

    private constructor(
        public readonly client: LanguageRuntimeClient,
        private readonly lifetime: Lifetime,
        private readonly done: Promise<void>,
    ) {}

    public static async start(engine?: string): Promise<HostUnderTest> {
        const lifetime = new Lifetime();
        const written: Record<"out" | "err", (chunk: Buffer) => void> = { out: () => undefined, err: () => undefined };
        const options = engine === undefined ? {} : { engine };
        let done: Promise<void> = Promise.resolve();
        const port = await new Promise<string>((resolve, reject) => {
            done = serve(
                (server) =>
                    addLanguageHost(server, {
                        ...options,
                        lifetime,
                        stdout: (chunk) => written.out(chunk),
                        stderr: (chunk) => written.err(chunk),
                    }),
                { ...options, lifetime, announce: resolve },
            );
            done.catch(reject);
        });
        const host = new HostUnderTest(connect(port), lifetime, done);
        written.out = (chunk) => (host.out += chunk.toString());
        written.err = (chunk) => (host.err += chunk.toString());
        return host;
    }

    /** What programs have printed. */
    public get stdout(): string {
        return this.out;
    }

    public get stderr(): string {
        return this.err;
    }

    public run(request: RunRequest): Promise<RunResponse> {
        return answer((callback) => this.client.run(request, callback));
    }

    /** Tells the host to end, and waits for it. */
    public async stop(): Promise<void> {
        this.client.close();
        this.lifetime.end();
        await this.done;
    }
}

/** A client of a host on a port of this machine. */
export function connect(port: string): LanguageRuntimeClient {
    return new LanguageRuntimeClient(`127.0.0.1:${port.trim()}`, grpc.credentials.createInsecure());
}

type Callback<T> = (error: grpc.ServiceError | null, response: T) => void;

/** The answer to a call. @throws grpc.ServiceError */
export function answer<T>(call: (callback: Callback<T>) => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
        call((error, response) => (error === null ? resolve(response) : reject(error)));
    });
}

/** All messages of a streaming call. @throws grpc.ServiceError */
export function messages<T>(stream: grpc.ClientReadableStream<T>): Promise<readonly T[]> {
    return new Promise((resolve, reject) => {
        const all: T[] = [];
        stream.on("data", (message: T) => all.push(message));
        stream.once("error", reject);
        stream.once("end", () => resolve(all));
    });
}

/** A program's folder that exists for a test, with the packages that this project has. */
export class ProgramFolder {
    public readonly path = mkdtempSync(join(tmpdir(), "hearth-program-"));

    public constructor(files: Readonly<Record<string, string>> = {}, { sdk = true }: { readonly sdk?: boolean } = {}) {
        this.write({ "package.json": "{}", ...files });
        if (sdk) symlinkSync(join(projectRoot(), "node_modules"), join(this.path, "node_modules"));
    }

    public write(files: Readonly<Record<string, string>>): void {
        for (const [name, text] of Object.entries(files)) {
            mkdirSync(dirname(join(this.path, name)), { recursive: true });
            writeFileSync(join(this.path, name), text);
        }
    }

    public file(name: string): string {
        return join(this.path, name);
    }

    public info(options: Readonly<Record<string, JavaScriptValue>> = {}, entryPoint = "."): ProgramInfo {
        const info = new ProgramInfo();
        info.setRootDirectory(this.path);
        info.setProgramDirectory(this.path);
        info.setEntryPoint(entryPoint);
        info.setOptions(Struct.fromJavaScript({ ...options }));
        return info;
    }

    /** A request to run the program, as the engine makes it. */
    public request(monitor: string, options: Readonly<Record<string, JavaScriptValue>> = {}): RunRequest {
        const request = new RunRequest();
        request.setProject("tiny");
        request.setStack("dev");
        request.setOrganization("organization");
        request.setMonitorAddress(monitor);
        request.setParallel(16);
        request.setInfo(this.info(options));
        return request;
    }

    public remove(): void {
        rmSync(this.path, { recursive: true, force: true });
    }
}
