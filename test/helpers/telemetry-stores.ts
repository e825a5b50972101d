import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import * as grpc from "@grpc/grpc-js";
import { at, bytesOf, decode, doubleOf, hexOf, numberOf, textOf, type Message } from "./protobuf";
import { unsnappy } from "./snappy";

export interface LogRecord {
    readonly body: string;
    readonly severity: number;
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes: Readonly<Record<string, string>>;
    readonly resource: Readonly<Record<string, string>>;
}

export interface Span {
    readonly name: string;
    readonly traceId: string;
    readonly resource: Readonly<Record<string, string>>;
}

export interface Series {
    readonly labels: Readonly<Record<string, string>>;
    readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** Stand-ins of Loki (OTLP/HTTP), Prometheus (remote write) and Tempo (OTLP/gRPC) that keep what they were sent. */
export class TelemetryStores {
    public readonly logs: LogRecord[] = [];
    public readonly series: Series[] = [];
    public readonly spans: Span[] = [];
    /** Requests to any other path; a right configuration makes none. */
    public readonly strays: string[] = [];

    private constructor(
        private readonly http: Server,
        private readonly tempo: grpc.Server,
        /** Port of Loki and Prometheus. */
        public readonly httpPort: number,
        public readonly grpcPort: number,
    ) {}

    /** Starts them on loopback. @param httpPort 0 for any */
    public static async start(httpPort = 0): Promise<TelemetryStores> {
        const http = createServer();
        await new Promise<void>((resolve) => http.listen(httpPort, "127.0.0.1", resolve));
        const tempo = new grpc.Server();
        const grpcPort = await new Promise<number>((resolve, reject) =>
            tempo.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
                error === null ? resolve(port) : reject(error),
            ),
        );
        // Listening on TCP, its address is never a path.
        const stores = new TelemetryStores(http, tempo, (http.address() as AddressInfo).port, grpcPort);
        http.on("request", (request, response) => {
            stores.receive(request).then(
                () => response.writeHead(200, { "content-type": "application/x-protobuf" }).end(),
                (error: unknown) => response.writeHead(500).end(String(error)),
            );
        });
        const raw = (bytes: Buffer): Buffer => bytes;
        tempo.addService(
            {
                export: {
                    path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
                    requestStream: false,
                    responseStream: false,
                    requestSerialize: raw,
                    requestDeserialize: raw,
                    responseSerialize: raw,
                    responseDeserialize: raw,
                },
            },
            {
                export: (call: grpc.ServerUnaryCall<Buffer, Buffer>, callback: grpc.sendUnaryData<Buffer>) => {
                    stores.spans.push(...spansOf(decode(call.request)));
                    callback(null, Buffer.alloc(0));
                },
            },
        );
        return stores;
    }

    public async stop(): Promise<void> {
        this.tempo.forceShutdown();
        this.http.closeAllConnections();
        await new Promise((resolve) => this.http.close(resolve));
    }

    private async receive(request: IncomingMessage): Promise<void> {
        const body = await buffer(request);
        if (request.url === "/otlp/v1/logs") this.logs.push(...logsOf(decode(body)));
        else if (request.url === "/api/v1/write") this.series.push(...seriesOf(decode(unsnappy(body))));
        else this.strays.push(`${request.method} ${request.url}`);
    }
}

// Field numbers below are those of opentelemetry-proto 1 (logs, trace, common) and of Prometheus' remote write 1.0.

function logsOf(request: Message): readonly LogRecord[] {
    return at(request, 1).flatMap((resourceLogs) =>
        at(resourceLogs, 2, 2).map((record) => ({
            body: textOf(at(record, 5)[0] ?? new Map(), 1),
            severity: numberOf(record, 2),
            traceId: hexOf(record, 9),
            spanId: hexOf(record, 10),
            attributes: attributesOf(record, 6),
            resource: resourceOf(resourceLogs),
        })),
    );
}

function spansOf(request: Message): readonly Span[] {
    return at(request, 1).flatMap((resourceSpans) =>
        at(resourceSpans, 2, 2).map((span) => ({
            name: textOf(span, 5),
            traceId: hexOf(span, 1),
            resource: resourceOf(resourceSpans),
        })),
    );
}

function seriesOf(request: Message): readonly Series[] {
    return at(request, 1).map((series) => ({
        labels: labelsOf(series),
        exemplars: at(series, 3).map((exemplar) => ({ labels: labelsOf(exemplar), value: doubleOf(exemplar, 2) })),
    }));
}

function labelsOf(message: Message): Readonly<Record<string, string>> {
    return Object.fromEntries(at(message, 1).map((label) => [textOf(label, 1), textOf(label, 2)]));
}

function resourceOf(message: Message): Readonly<Record<string, string>> {
    return attributesOf(at(message, 1)[0] ?? new Map(), 1);
}

function attributesOf(message: Message, field: number): Readonly<Record<string, string>> {
    return Object.fromEntries(
        at(message, field).map((pair) => {
            const value = at(pair, 2)[0] ?? new Map();
            return [textOf(pair, 1), bytesOf(value, 1).length > 0 ? textOf(value, 1) : String(numberOf(value, 3))];
        }),
    );
}
