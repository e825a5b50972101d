// Own stand-in instead of a library: the S3 servers of the registries are unmaintained or need Java or Docker.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** As much of S3 as Loki and Tempo need, in memory, for machines without Garage. Whoever asks is let in. */
export class ObjectStore {
    /** Objects by `bucket/key`. */
    public readonly objects = new Map<string, Buffer>();

    private constructor(
        private readonly server: Server,
        /** Address without a path. */
        public readonly endpoint: string,
    ) {}

    public static async start(): Promise<ObjectStore> {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as AddressInfo;
        const store = new ObjectStore(server, `http://127.0.0.1:${port}`);
        server.on("request", (request, response) => {
            store.answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
        });
        return store;
    }

    public async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const url = new URL(request.url ?? "/", this.endpoint);
        const path = decodeURIComponent(url.pathname.slice(1));
        const body = unchunked(await buffer(request), request.headers["content-encoding"]);
        const isObject = path.replace(/\/$/, "").includes("/");
        if (request.method === "POST" && url.searchParams.has("delete")) {
            for (const [, key = ""] of body.toString("utf8").matchAll(/<Key>([^<]*)<\/Key>/g)) {
                this.objects.delete(`${path.replace(/\/$/, "")}/${key}`);
            }
            response.writeHead(200).end("<DeleteResult/>");
        } else if (request.method === "PUT") {
            if (isObject) this.objects.set(path, body);
            response.writeHead(200, { etag: '"0"' }).end();
        } else if (request.method === "DELETE") {
            this.objects.delete(path);
            response.writeHead(204).end();
        } else if (isObject) this.read(request, response, path);
        else response.writeHead(200, { "content-type": "application/xml" }).end(this.list(path, url.searchParams));
    }

    private read({ method, headers }: IncomingMessage, response: ServerResponse, path: string): void {
        const object = this.objects.get(path);
        if (object === undefined) {
            response.writeHead(404, { "content-type": "application/xml" });
            response.end("<Error><Code>NoSuchKey</Code><Message>there is none</Message></Error>");
            return;
        }
        const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
        const end = to === undefined || to === "" ? object.length : Number(to) + 1;
        const part = from === undefined ? object : object.subarray(Number(from), end);
        response.writeHead(from === undefined ? 200 : 206, {
            "content-length": part.length,
            "content-range": `bytes ${from ?? 0}-${end - 1}/${object.length}`,
            "last-modified": new Date().toUTCString(),
            etag: '"0"',
        });
        response.end(method === "HEAD" ? undefined : part);
    }

    private list(path: string, parameters: URLSearchParams): string {
        const bucket = path.replace(/\/$/, "");
        const prefix = parameters.get("prefix") ?? "";
        const delimiter = parameters.get("delimiter") ?? "";
        const keys = [...this.objects.keys()]
            .filter((name) => name.startsWith(`${bucket}/${prefix}`))
            .map((name) => name.slice(bucket.length + 1))
            .sort();
        const below = (key: string): number => (delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length));
        const folders = new Set(
            keys.filter((key) => below(key) >= 0).map((key) => key.slice(0, below(key) + delimiter.length)),
        );
        const contents = keys
            .filter((key) => below(key) < 0)
            .map((key) => {
                const size = this.objects.get(`${bucket}/${key}`)?.length ?? 0;
                const times = `<LastModified>${new Date().toISOString()}</LastModified>`;
                return `<Contents><Key>${key}</Key><Size>${size}</Size>${times}<ETag>"0"</ETag></Contents>`;
            });
        const prefixes = [...folders].map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`);
        const head = `<Name>${bucket}</Name><IsTruncated>false</IsTruncated><KeyCount>${keys.length}</KeyCount>`;
        return `<?xml version="1.0"?><ListBucketResult>${head}${contents.join("")}${prefixes.join("")}</ListBucketResult>`;
    }
}

/** The body of a request; newer clients send it in parts with a size and a signature each. */
function unchunked(body: Buffer, encoding: string | readonly string[] | undefined): Buffer {
    if (!String(encoding ?? "").includes("aws-chunked")) return body;
    const parts: Buffer[] = [];
    for (let position = 0; position < body.length;) {
        const end = body.indexOf("\r\n", position);
        const size = parseInt(body.toString("latin1", position, end), 16);
        if (!(size > 0)) break;
        parts.push(body.subarray(end + 2, end + 2 + size));
        position = end + 2 + size + 2;
    }
    return Buffer.concat(parts);
}
