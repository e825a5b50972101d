import { nanos, service } from "./kind-telemetry";

/** Ids of one request, as OTLP's JSON has them. */
export interface TraceIds {
    readonly traceId: string;
    readonly spanId: string;
}

/** OTLP of a histogram of one service, whose second bucket has the request as its exemplar. */
export function histogram(name: string, of: string, { traceId, spanId }: TraceIds): unknown {
    const point = {
        startTimeUnixNano: nanos(Date.now() - 1000),
        timeUnixNano: nanos(),
        count: "3",
        sum: 0.6,
        explicitBounds: [0.1, 0.5],
        bucketCounts: ["1", "1", "1"],
        exemplars: [{ timeUnixNano: nanos(), asDouble: 0.25, traceId, spanId }],
    };
    const metric = { name, unit: "s", histogram: { aggregationTemporality: 2, dataPoints: [point] } };
    return { resourceMetrics: [{ resource: service(of), scopeMetrics: [{ metrics: [metric] }] }] };
}

/** OTLP of one request between two services: the caller's span and the one that answers it. */
export function request(caller: string, callee: string, { traceId, spanId }: TraceIds): unknown {
    const span = (id: string, kind: number, more: Readonly<Record<string, unknown>> = {}): unknown => ({
        traceId,
        spanId: id,
        name: "GET /cart",
        kind,
        startTimeUnixNano: nanos(Date.now() - 100),
        endTimeUnixNano: nanos(),
        attributes: [{ key: "http.request.method", value: { stringValue: "GET" } }],
        ...more,
    });
    const [client, server] = [3, 2];
    const answering = spanId.replace(/^./, (digit) => (digit === "a" ? "b" : "a"));
    return {
        resourceSpans: [
            { resource: service(caller), scopeSpans: [{ spans: [span(spanId, client)] }] },
            { resource: service(callee), scopeSpans: [{ spans: [span(answering, server, { parentSpanId: spanId })] }] },
        ],
    };
}

/** A line of a container's log as containerd writes it into the kubelet's files. */
export function containerdLine(text: string, time = new Date()): string {
    return `${time.toISOString().replace("Z", "000000Z")} stdout F ${text}\n`;
}
