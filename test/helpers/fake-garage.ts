import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

type Body = Readonly<Record<string, unknown>>;

interface Key {
    readonly accessKeyId: string;
    readonly name: string;
    readonly secretAccessKey: string;
    permissions: { createBucket: boolean };
    readonly rights: Map<string, Record<string, boolean>>;
}

interface Bucket {
    readonly id: string;
    readonly globalAliases: readonly string[];
    quotas: { maxSize: number | null; maxObjects: number | null };
}

/** Garage's admin API as its source (garage_api_admin 2.4.1) has it, for the operations that Hearth uses. */
export class FakeGarage {
    public readonly keys = new Map<string, Key>();
    public readonly buckets = new Map<string, Bucket>();
    /** Ids that Garage remembers as deleted. */
    public readonly deleted = new Set<string>();
    /** `METHOD operation` of every request, in order. */
    public readonly requests: string[] = [];
    /** How many requests from now on get no answer but a closed connection. */
    public broken = 0;

    private constructor(
        private readonly token: string,
        private readonly server: Server,
    ) {}

    public static async start(token: string): Promise<FakeGarage> {
        const server = createServer();
        const fake = new FakeGarage(token, server);
        server.on("request", (request, response) => {
            void (async () => {
                if (fake.broken > 0) {
                    fake.broken--;
                    request.socket.destroy();
                    return;
                }
                const url = new URL(request.url ?? "/", "http://garage");
                const operation = url.pathname.replace("/v2/", "");
                fake.requests.push(`${request.method ?? ""} ${operation}`);
                const body = await text(request);
                const allowed = request.headers.authorization === `Bearer ${fake.token}`;
                const [status, answer] = allowed
                    ? fake.answer(operation, url.searchParams, body === "" ? {} : (JSON.parse(body) as Body))
                    : [403, { code: "AccessDenied", message: "Invalid bearer token" }];
                response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
            })();
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return fake;
    }

    public get port(): number {
        return (this.server.address() as AddressInfo).port;
    }

    public async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    private answer(operation: string, query: URLSearchParams, body: Body): [number, unknown] {
        const key = this.keys.get(query.get("id") ?? String(body["accessKeyId"]));
        const bucket = this.buckets.get(query.get("id") ?? String(body["bucketId"]));
        switch (operation) {
            case "ListKeys":
                return [200, [...this.keys.values()].map(({ accessKeyId: id, name }) => ({ id, name }))];
            case "ListBuckets":
                return [200, [...this.buckets.values()]];
            case "GetKeyInfo":
                return key === undefined ? missing("NoSuchAccessKey") : [200, keyInfo(key, query)];
            case "GetBucketInfo":
                return bucket === undefined ? missing("NoSuchBucket") : [200, bucket];
            case "ImportKey":
                return this.importKey(body);
            case "UpdateKey":
                if (key === undefined) return missing("NoSuchAccessKey");
                key.permissions = { createBucket: false };
                return [200, keyInfo(key, query)];
            case "CreateBucket": {
                const alias = String(body["globalAlias"]);
                if ([...this.buckets.values()].some(({ globalAliases }) => globalAliases.includes(alias))) {
                    return [409, { code: "BucketAlreadyExists", message: "taken" }];
                }
                const made = {
                    id: `id-of-${alias}`,
                    globalAliases: [alias],
                    quotas: { maxSize: null, maxObjects: null },
                };
                this.buckets.set(made.id, made);
                return [200, made];
            }
            case "AllowBucketKey":
            case "DenyBucketKey": {
                if (key === undefined) return missing("NoSuchAccessKey");
                if (bucket === undefined) return missing("NoSuchBucket");
                const asked = Object.entries(body["permissions"] as Record<string, boolean>).filter(([, on]) => on);
                const rights = Object.fromEntries(asked.map(([name]) => [name, operation === "AllowBucketKey"]));
                key.rights.set(bucket.id, { ...key.rights.get(bucket.id), ...rights });
                return [200, bucket];
            }
            case "UpdateBucket":
                if (bucket === undefined) return missing("NoSuchBucket");
                bucket.quotas = body["quotas"] as Bucket["quotas"];
                return [200, bucket];
            default:
                return [404, { code: "InvalidRequest", message: `no operation ${operation}` }];
        }
    }

    private importKey(body: Body): [number, unknown] {
        const id = String(body["accessKeyId"]);
        if (this.keys.has(id) || this.deleted.has(id)) {
            return [409, { code: "KeyAlreadyExists", message: `Key ${id} already exists in data store.` }];
        }
        const made: Key = {
            accessKeyId: id,
            name: String(body["name"]),
            secretAccessKey: String(body["secretAccessKey"]),
            permissions: { createBucket: false },
            rights: new Map(),
        };
        this.keys.set(id, made);
        return [200, { accessKeyId: id }];
    }
}

function keyInfo(key: Key, query: URLSearchParams): unknown {
    const { accessKeyId, name, permissions, secretAccessKey } = key;
    const none = { read: false, write: false, owner: false };
    const buckets = [...key.rights].map(([id, rights]) => ({ id, permissions: { ...none, ...rights } }));
    const secret = query.get("showSecretKey") === "true" ? { secretAccessKey } : {};
    return { accessKeyId, name, permissions, buckets, ...secret };
}

function missing(code: string): [number, unknown] {
    return [404, { code, message: "not found" }];
}
