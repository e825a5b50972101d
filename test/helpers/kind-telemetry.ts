import { LOKI_PORT, TEMPO_PORT } from "../../components/observability/addresses";
import { COLLECTOR_NAME } from "../../components/observability/collector-config";
import { namespaceName } from "../../components/config/namespaces";
import type { PortId } from "../../components/config/ports";
import { urlOf } from "../../components/config/ports";
import type { Answer } from "./kind-api";
import type { KindStack } from "./kind-stack";

const OBSERVABILITY = namespaceName("observability");

export const LOKI = { namespace: OBSERVABILITY, name: "loki", port: LOKI_PORT };
export const TEMPO = { namespace: OBSERVABILITY, name: "tempo", port: TEMPO_PORT };
const COLLECTOR = { namespace: namespaceName("nodeAgents"), name: COLLECTOR_NAME, port: "otlp-http" };

/** One log line with the labels and attributes that Loki has of it. */
export interface LogLine {
    readonly line: string;
    readonly labels: Readonly<Record<string, string>>;
}

/** One series of an instant query. */
export interface Sample {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
}

/** Telemetry of a stack, as its users send it and ask for it. */
export class Telemetry {
    public constructor(private readonly stack: KindStack) {}

    /** Log lines of the last hour, newest first. */
    public async logs(query: string): Promise<readonly LogLine[]> {
        const start = Date.now() - 3_600_000;
        const search = new URLSearchParams({ query, start: `${start}000000`, limit: "100" });
        const { data } = await this.stack.api.serviceJson<{
            data: { result: readonly { stream: Record<string, string>; values: readonly [string, string][] }[] };
        }>(LOKI, `/loki/api/v1/query_range?${search}`);
        return data.result.flatMap(({ stream, values }) => values.map(([, line]) => ({ line, labels: stream })));
    }

    /** Prometheus' API, on its port of this machine. @throws Error when it is no success */
    public async prometheus<T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
        const search = new URLSearchParams(parameters);
        const response = await fetch(`${this.url("prometheus")}/api/v1/${path}?${search}`);
        const text = await response.text();
        if (!response.ok) throw new Error(`Prometheus answered ${path} with ${response.status}: ${text}`);
        return (JSON.parse(text) as { data: T }).data;
    }

    /** An instant query. */
    public async query(query: string): Promise<readonly Sample[]> {
        const { result } = await this.prometheus<{
            result: readonly { metric: Record<string, string>; value: [number, string] }[];
        }>("query", { query });
        return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    }

    /** Sends OTLP to the collector: `/v1/metrics`, `/v1/traces`. */
    public send(path: string, body: unknown): Promise<Answer> {
        return this.stack.api.service(COLLECTOR, path, { method: "POST", body });
    }

    /** Address of a service on this machine. */
    public url(id: PortId): string {
        const port = this.stack.config.ports.find((row) => row.id === id);
        if (port === undefined) throw new Error(`the stack has no port ${id}`);
        return urlOf(port);
    }
}

/** Nanoseconds since 1970, as OTLP's JSON has them. */
export function nanos(time = Date.now()): string {
    return `${time}000000`;
}

/** An OTLP resource of a service. */
export function service(name: string): { readonly attributes: readonly unknown[] } {
    return { attributes: [{ key: "service.name", value: { stringValue: name } }] };
}

/** OTLP of one counter with a value, as `<name>_total` in Prometheus. */
export function counter(name: string, value: number): unknown {
    const point = { startTimeUnixNano: nanos(), timeUnixNano: nanos(), asDouble: value };
    const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] };
    return { resourceMetrics: [{ resource: service("kind-test"), scopeMetrics: [{ metrics: [{ name, sum }] }] }] };
}
