import type * as grpc from "@grpc/grpc-js";
import { EngineService, type IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb";
import {
    GetRootResourceResponse,
    SetRootResourceResponse,
    type LogRequest,
    type StartDebuggingRequest,
} from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorService, type IResourceMonitorServer } from "@pulumi/pulumi/proto/resource_grpc_pb";
import {
    RegisterResourceResponse,
    SupportsFeatureResponse,
    type RegisterResourceOutputsRequest,
    type RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { addService, unary } from "../../tools/plugins/lib/handlers";
import { bind, createServer } from "../../tools/plugins/lib/serve";

/** Stands in for the engine towards programs and plugins: takes all that they say, and remembers it. */
export class FakeEngine {
    public readonly registered: RegisterResourceRequest[] = [];
    public readonly outputs: RegisterResourceOutputsRequest[] = [];
    public readonly logged: LogRequest.AsObject[] = [];
    public readonly debugging: StartDebuggingRequest.AsObject[] = [];
    private rootUrn = "";

    private constructor(
        private readonly server: grpc.Server,
        private port: number,
    ) {}

    public static async start(): Promise<FakeEngine> {
        const engine = new FakeEngine(createServer(), 0);
        engine.addEngine();
        engine.addMonitor();
        engine.port = await bind(engine.server);
        return engine;
    }

    public get address(): string {
        return `127.0.0.1:${this.port}`;
    }

    /** Is gone at once, as one that was killed. */
    public stop(): void {
        this.server.forceShutdown();
    }

    private addEngine(): void {
        addService<IEngineServer>(this.server, EngineService, {
            log: unary((request) => {
                this.logged.push(request.toObject());
                return new Empty();
            }),
            startDebugging: unary((request) => {
                this.debugging.push(request.toObject());
                return new Empty();
            }),
            getRootResource: unary(() => {
                const response = new GetRootResourceResponse();
                response.setUrn(this.rootUrn);
                return response;
            }),
            setRootResource: unary((request) => {
                this.rootUrn = request.getUrn();
                return new SetRootResourceResponse();
            }),
        });
    }

    private addMonitor(): void {
        addService<IResourceMonitorServer>(this.server, ResourceMonitorService, {
            supportsFeature: unary(() => {
                const response = new SupportsFeatureResponse();
                response.setHassupport(true);
                return response;
            }),
            registerResource: unary((request) => {
                this.registered.push(request);
                const response = new RegisterResourceResponse();
                response.setUrn(`urn:pulumi:dev::tiny::${request.getType()}::${request.getName()}`);
                response.setObject(request.getObject());
                return response;
            }),
            registerResourceOutputs: unary((request) => {
                this.outputs.push(request);
                return new Empty();
            }),
            signalAndWaitForShutdown: unary(() => new Empty()),
        });
    }
}
