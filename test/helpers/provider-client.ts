import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Lifetime } from "../../tools/plugins/lib/lifetime";
import { bind, createServer } from "../../tools/plugins/lib/serve";
import { EngineLog } from "../../tools/plugins/provider-lib/engine-log";
import type { Provider } from "../../tools/plugins/provider-lib/provider";
import { addProvider } from "../../tools/plugins/provider-lib/service";
import type { ValueMap } from "../../tools/plugins/provider-lib/values";
import { decode, encode } from "../../tools/plugins/provider-lib/wire";

/** URN of a resource of a type, within a component as Hearth's resources are. */
export function urnOf(type: string, name = "it"): string {
    return `urn:pulumi:test::demo::hearth:cluster:Cluster$${type}::${name}`;
}

export interface Checked {
    readonly inputs: ValueMap;
    /** Each `property: reason`. */
    readonly failures: readonly string[];
}

export interface Diffed {
    readonly changed: boolean;
    readonly diffs: readonly string[];
    readonly replaces: readonly string[];
    /** Name of the kind by path: `ADD_REPLACE`. */
    readonly detailed: Readonly<Record<string, string>>;
    readonly deleteBeforeReplace: boolean;
}

export interface Made {
    readonly id: string;
    readonly outputs: ValueMap;
}

export interface CallOptions {
    readonly preview?: boolean;
    /** Seconds. */
    readonly timeout?: number;
    readonly name?: string;
}

/** A provider served in this process, called as the engine does. */
export class ProviderClient {
    private constructor(
        private readonly server: grpc.Server,
        public readonly raw: ResourceProviderClient,
        public readonly lifetime: Lifetime,
        private readonly log: EngineLog,
    ) {}

    /** @param engine address of what takes its log */
    public static async start(provider: Provider, engine?: string): Promise<ProviderClient> {
        const server = createServer();
        const lifetime = new Lifetime();
        const log = new EngineLog(engine);
        addProvider(server, provider, lifetime, log);
        const client = new ResourceProviderClient(`127.0.0.1:${await bind(server)}`, grpc.credentials.createInsecure());
        return new ProviderClient(server, client, lifetime, log);
    }

    public stop(): void {
        this.raw.close();
        this.log.close();
        this.server.forceShutdown();
    }

    public async check(type: string, news: ValueMap, olds: ValueMap = {}): Promise<Checked> {
        const request = new pb.CheckRequest();
        request.setUrn(urnOf(type));
        request.setOlds(encode(olds));
        request.setNews(encode(news));
        const response = await unary<pb.CheckResponse>((done) => this.raw.check(request, done));
        return {
            inputs: decode(response.getInputs()),
            failures: response.getFailuresList().map((one) => `${one.getProperty()}: ${one.getReason()}`),
        };
    }

    public async diff(
        type: string,
        {
            state,
            oldInputs,
            news,
            ignore = [],
        }: { state: ValueMap; oldInputs?: ValueMap; news: ValueMap; ignore?: string[] },
    ): Promise<Diffed> {
        const request = new pb.DiffRequest();
        request.setUrn(urnOf(type));
        request.setOlds(encode(state));
        if (oldInputs !== undefined) request.setOldInputs(encode(oldInputs));
        request.setNews(encode(news));
        request.setIgnorechangesList(ignore);
        return diffed(await unary<pb.DiffResponse>((done) => this.raw.diff(request, done)));
    }

    public async create(type: string, inputs: ValueMap, options: CallOptions = {}): Promise<Made> {
        const response = await unary<pb.CreateResponse>((done) =>
            this.raw.create(createRequest(type, inputs, options), done),
        );
        return { id: response.getId(), outputs: decode(response.getProperties()) };
    }

    public async update(type: string, state: ValueMap, news: ValueMap, options: CallOptions = {}): Promise<ValueMap> {
        const request = new pb.UpdateRequest();
        request.setUrn(urnOf(type));
        request.setId("old-id");
        request.setOlds(encode(state));
        request.setNews(encode(news));
        request.setPreview(options.preview ?? false);
        const response = await unary<pb.UpdateResponse>((done) => this.raw.update(request, done));
        return decode(response.getProperties());
    }

    public async read(
        type: string,
        id: string,
        state: ValueMap,
        inputs: ValueMap = {},
    ): Promise<Made & { inputs: ValueMap }> {
        const request = new pb.ReadRequest();
        request.setUrn(urnOf(type));
        request.setId(id);
        request.setProperties(encode(state));
        request.setInputs(encode(inputs));
        const response = await unary<pb.ReadResponse>((done) => this.raw.read(request, done));
        return {
            id: response.getId(),
            outputs: decode(response.getProperties()),
            inputs: decode(response.getInputs()),
        };
    }

    public async delete(type: string, state: ValueMap, options: CallOptions = {}): Promise<void> {
        const request = new pb.DeleteRequest();
        request.setUrn(urnOf(type));
        request.setId("old-id");
        request.setProperties(encode(state));
        request.setTimeout(options.timeout ?? 0);
        await unary<Empty>((done) => this.raw.delete(request, done));
    }

    public async invoke(token: string, args: ValueMap): Promise<{ result: ValueMap; failures: readonly string[] }> {
        const request = new pb.InvokeRequest();
        request.setTok(token);
        request.setArgs(encode(args));
        const response = await unary<pb.InvokeResponse>((done) => this.raw.invoke(request, done));
        return {
            result: decode(response.getReturn()),
            failures: response.getFailuresList().map((one) => `${one.getProperty()}: ${one.getReason()}`),
        };
    }

    public async cancel(): Promise<void> {
        await unary<Empty>((done) => this.raw.cancel(new Empty(), done));
    }
}

export function createRequest(type: string, inputs: ValueMap, options: CallOptions = {}): pb.CreateRequest {
    const request = new pb.CreateRequest();
    request.setUrn(urnOf(type, options.name));
    request.setProperties(encode(inputs));
    request.setPreview(options.preview ?? false);
    request.setTimeout(options.timeout ?? 0);
    return request;
}

export function diffed(response: pb.DiffResponse): Diffed {
    const kinds = Object.entries(pb.PropertyDiff.Kind);
    const detailed: Record<string, string> = {};
    response.getDetaileddiffMap().forEach((detail, path) => {
        detailed[path] = kinds.find(([, kind]) => kind === detail.getKind())?.[0] ?? "?";
    });
    return {
        changed: response.getChanges() === pb.DiffResponse.DiffChanges.DIFF_SOME,
        diffs: response.getDiffsList(),
        replaces: response.getReplacesList(),
        detailed,
        deleteBeforeReplace: response.getDeletebeforereplace(),
    };
}

/** Makes a promise of a call. Its rejection is gRPC's error. */
export function unary<Response>(
    call: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
    return new Promise((resolve, reject) => {
        call((error, response) => (error === null ? resolve(response) : reject(error)));
    });
}
