import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { LogReference } from "./causes/cause";
import type { Stored } from "./kinds";
import type { Transport } from "./transport";

/** An answer of the API server that is not a success. */
export class ApiError extends Error {
    public override readonly name = "ApiError";

    public constructor(
        public readonly status: number,
        message: string,
    ) {
        super(message);
    }
}

/** A list of one kind. */
export interface Listed {
    readonly items: readonly Stored[];
    /** Where a watch goes on from. */
    readonly version: string;
    /** The API server's clock, in milliseconds since 1970. */
    readonly date: number;
}

/** A change of one object. */
export interface Change {
    readonly type: "ADDED" | "MODIFIED" | "DELETED";
    readonly object: Stored;
}

/** One list takes milliseconds; one that hangs longer than this is broken. */
const LIST_MS = 10_000;

const LOG_LINES = 5;

/** The few requests that the gate makes. */
export class Api {
    public constructor(private readonly transport: Transport) {}

    /** @throws ApiError, or an error of the connection */
    public async list(path: string, metadataOnly = false): Promise<Listed> {
        const accept = metadataOnly ? metadataType("PartialObjectMetadataList") : "application/json";
        const answer = await this.transport({ path, accept, signal: AbortSignal.timeout(LIST_MS) });
        const { items, metadata } = JSON.parse(await body(answer)) as {
            readonly items: readonly Stored[] | null;
            readonly metadata: { readonly resourceVersion: string };
        };
        const date = Date.parse(answer.headers.date ?? "");
        return { items: items ?? [], version: metadata.resourceVersion, date: Number.isNaN(date) ? Date.now() : date };
    }

    /**
     * Changes since a list, as they happen. Ends when the API server ends it.
     * @throws ApiError (410: the list is too old), or an error of the connection
     */
    public async *watch(
        path: string,
        version: string,
        { metadataOnly = false, signal }: { readonly metadataOnly?: boolean; readonly signal: AbortSignal },
    ): AsyncGenerator<Change> {
        const accept = metadataOnly ? metadataType("PartialObjectMetadata") : "application/json";
        const query = `watch=true&resourceVersion=${encodeURIComponent(version)}`;
        const answer = await this.transport({ path: `${path}?${query}`, accept, signal, watch: true });
        if (answer.statusCode !== 200) await body(answer);
        answer.setEncoding("utf8");
        let rest = "";
        for await (const chunk of answer as AsyncIterable<string>) {
            const lines = `${rest}${chunk}`.split("\n");
            rest = lines.pop() ?? "";
            for (const line of lines) {
                if (line.trim() !== "") yield change(line);
            }
        }
    }

    /** The last lines of a container's log; none when there is no log to be had. */
    public async log({ namespace, pod, container, previous }: LogReference): Promise<readonly string[]> {
        const query = `container=${encodeURIComponent(container)}&previous=${previous}&tailLines=${LOG_LINES}&limitBytes=10000`;
        const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query}`;
        try {
            const answer = await this.transport({ path, accept: "*/*", signal: AbortSignal.timeout(LIST_MS) });
            return (await body(answer)).split("\n").filter((line) => line.trim() !== "");
        } catch {
            // The log is an addition to a cause that is known without it.
            return [];
        }
    }
}

function metadataType(as: string): string {
    return `application/json;as=${as};g=meta.k8s.io;v=v1`;
}

async function body(answer: IncomingMessage): Promise<string> {
    const content = await text(answer);
    if (answer.statusCode !== 200) throw apiError(answer.statusCode ?? 0, content);
    return content;
}

function change(line: string): Change {
    const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: Stored & Failure };
    if (type === "ADDED" || type === "MODIFIED" || type === "DELETED") return { type, object };
    throw new ApiError(object.code ?? 0, object.message ?? type);
}

interface Failure {
    readonly code?: number;
    readonly message?: string;
}

function apiError(status: number, content: string): ApiError {
    try {
        const { message } = JSON.parse(content) as Failure;
        if (message !== undefined) return new ApiError(status, message);
    } catch {
        // A proxy in between does not speak JSON.
    }
    return new ApiError(status, `status ${status}`);
}
