import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { stringify } from "yaml";
import type { Metadata } from "../../tools/readiness/objects";

/** An object in the way the API has it. */
export interface StoredObject {
    readonly metadata: Metadata;
    readonly [field: string]: unknown;
}

/** A request that came in. */
export interface Asked {
    readonly path: string;
    readonly query: URLSearchParams;
    readonly accept: string;
    readonly authorization: string;
    /** Common name of the client's certificate. */
    readonly client: string;
}

interface Recorded {
    readonly version: number;
    readonly collection: string;
    readonly line: string;
}

/** As much of an API server as the gate asks for: lists, watches with their history, logs. It can go away and forget. */
export class FakeKubeApi {
    public readonly asked: Asked[] = [];
    private readonly collections = new Map<string, Map<string, StoredObject>>();
    private readonly logs = new Map<string, string>();
    private readonly denials: { readonly pattern: RegExp; readonly status: number; readonly message: string }[] = [];
    private readonly watches = new Map<ServerResponse, string>();
    private history: Recorded[] = [];
    private version = 1;
    /** Watches from before this version are refused. */
    private forgotten = 0;
    private server: Server;
    private port = 0;

    private constructor(private readonly tls?: ServerOptions) {
        this.server = this.make();
    }

    public static async start(tls?: ServerOptions): Promise<FakeKubeApi> {
        const api = new FakeKubeApi(tls);
        await api.listen();
        return api;
    }

    /** A kubeconfig for it; `user` and `cluster` are added to its entries. */
    public kubeconfig(user: object = {}, cluster: object = {}): string {
        const server = `${this.tls === undefined ? "http" : "https"}://127.0.0.1:${this.port}`;
        return stringify({
            "current-context": "fake",
            contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
            clusters: [{ name: "fake", cluster: { server, ...cluster } }],
            users: [{ name: "fake", user }],
        });
    }

    /** Makes or changes an object of a collection such as `/api/v1/namespaces/edge/pods`. */
    public put(collection: string, object: StoredObject): void {
        const objects = this.objects(collection);
        const type = objects.has(object.metadata.name) ? "MODIFIED" : "ADDED";
        objects.set(object.metadata.name, object);
        this.record(collection, type, object);
    }

    public remove(collection: string, name: string): void {
        const object = this.objects(collection).get(name);
        if (object === undefined) return;
        this.objects(collection).delete(name);
        this.record(collection, "DELETED", object);
    }

    /** The log of a container: `edge/web-0/main`, with `previous ` before it for that of its last run. */
    public log(container: string, text: string): void {
        this.logs.set(container, text);
    }

    /** Answers what matches with a refusal. */
    public deny(pattern: RegExp, status: number, message = "no"): void {
        this.denials.push({ pattern, status, message });
    }

    public allowAll(): void {
        this.denials.length = 0;
    }

    /** Forgets its history, as etcd does when it compacts: watches from before now are refused (410). */
    public compact(): void {
        this.version++;
        this.forgotten = this.version;
        this.history = [];
        const gone = { kind: "Status", code: 410, message: "too old resource version" };
        for (const [response] of this.watches) response.write(`${JSON.stringify({ type: "ERROR", object: gone })}\n`);
    }

    /** Goes away like a process that was killed. */
    public async stop(): Promise<void> {
        this.watches.clear();
        await new Promise<void>((resolve) => {
            this.server.close(() => resolve());
            this.server.closeAllConnections();
        });
    }

    /** Comes back at the same address. */
    public async listen(): Promise<void> {
        this.server = this.make();
        await new Promise<void>((resolve) => this.server.listen(this.port, "127.0.0.1", resolve));
        this.port = (this.server.address() as AddressInfo).port;
    }

    /** Requests for lists, or for watches. */
    public count(kind: "list" | "watch"): number {
        return this.asked.filter(({ query }) => query.has("watch") === (kind === "watch")).length;
    }

    /** Connections that are open now. */
    public connections(): Promise<number> {
        return new Promise((resolve, reject) => {
            this.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
        });
    }

    private make(): Server {
        const answer = (request: IncomingMessage, response: ServerResponse): void => this.answer(request, response);
        return this.tls === undefined ? createServer(answer) : createTlsServer(this.tls, answer);
    }

    private objects(collection: string): Map<string, StoredObject> {
        const objects = this.collections.get(collection) ?? new Map<string, StoredObject>();
        this.collections.set(collection, objects);
        return objects;
    }

    private record(collection: string, type: string, object: StoredObject): void {
        const line = `${JSON.stringify({ type, object })}\n`;
        this.history.push({ version: ++this.version, collection, line });
        for (const [response, watched] of this.watches) if (watched === collection) response.write(line);
    }

    private answer(request: IncomingMessage, response: ServerResponse): void {
        const url = new URL(request.url ?? "/", "http://fake");
        const asked = {
            path: url.pathname,
            query: url.searchParams,
            accept: request.headers.accept ?? "",
            authorization: request.headers.authorization ?? "",
            client: clientName(request),
        };
        this.asked.push(asked);
        const denial = this.denials.find(({ pattern }) => pattern.test(request.url ?? ""));
        if (denial !== undefined) return refuse(response, denial.status, denial.message);
        const log = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/log$/.exec(url.pathname);
        if (log !== null) return this.answerLog(response, `${log[1]}/${log[2]}`, url.searchParams);
        if (asked.query.has("watch")) return this.answerWatch(response, asked);
        response.setHeader("content-type", "application/json");
        const items = [...this.objects(asked.path).values()].map((object) => shown(object, asked.accept));
        response.end(JSON.stringify({ metadata: { resourceVersion: String(this.version) }, items }));
    }

    private answerLog(response: ServerResponse, pod: string, query: URLSearchParams): void {
        const previous = query.get("previous") === "true" ? "previous " : "";
        const text = this.logs.get(`${previous}${pod}/${query.get("container")}`);
        if (text === undefined) return refuse(response, 404, "no log");
        response.end(
            text
                .split("\n")
                .slice(-Number(query.get("tailLines")))
                .join("\n"),
        );
    }

    private answerWatch(response: ServerResponse, { path, query }: Asked): void {
        const since = Number(query.get("resourceVersion"));
        if (since < this.forgotten) return refuse(response, 410, "too old resource version");
        response.setHeader("content-type", "application/json");
        response.flushHeaders();
        for (const { version, collection, line } of this.history) {
            if (version > since && collection === path) response.write(line);
        }
        this.watches.set(response, path);
        response.once("close", () => this.watches.delete(response));
    }
}

/** Values are sent to those only who ask for whole objects. */
function shown(object: StoredObject, accept: string): object {
    return accept.includes("PartialObjectMetadata") ? { metadata: object.metadata } : object;
}

function refuse(response: ServerResponse, code: number, message: string): void {
    response.statusCode = code;
    response.end(JSON.stringify({ kind: "Status", code, message }));
}

function clientName(request: IncomingMessage): string {
    const socket: object = request.socket;
    if (!("getPeerCertificate" in socket) || typeof socket.getPeerCertificate !== "function") return "";
    const certificate = socket.getPeerCertificate() as { readonly subject?: { readonly CN?: string } };
    return certificate.subject?.CN ?? "";
}
