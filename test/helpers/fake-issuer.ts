import {
    createPrivateKey,
    createPublicKey,
    generateKeyPairSync,
    sign,
    type JsonWebKey,
    type KeyObject,
} from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { stringify } from "yaml";

/** Claims of a token; times are in seconds since 1970. */
export type Claims = Readonly<Record<string, unknown>>;

/** A pair of keys that signs tokens as an API server does. */
export class TokenSigner {
    public readonly jwk: JsonWebKey;
    private readonly privateKey: KeyObject;

    /** @param key in PEM. Default a new one */
    public constructor(
        public readonly id: string,
        key?: string,
    ) {
        this.privateKey =
            key === undefined ? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey : createPrivateKey(key);
        const jwk = createPublicKey(this.privateKey).export({ format: "jwk" });
        this.jwk = { ...jwk, kid: id, use: "sig", alg: "RS256" };
    }

    /** The same with its private members, as nobody should ever paste it. */
    public privateJwk(): JsonWebKey {
        return { ...this.privateKey.export({ format: "jwk" }), kid: this.id, use: "sig", alg: "RS256" };
    }

    public token(claims: Claims): string {
        const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
        const content = `${encode({ alg: "RS256", kid: this.id, typ: "JWT" })}.${encode(claims)}`;
        return `${content}.${sign("sha256", Buffer.from(content), this.privateKey).toString("base64url")}`;
    }
}

/** A request that came in. */
export interface AskedIssuer {
    readonly method: string;
    readonly path: string;
    readonly accept: string;
    readonly contentType: string;
    readonly body: string;
}

interface Reply {
    readonly status: number;
    readonly body: string;
}

/** As much of an API server as makes it an issuer: its name, its keys, and tokens on demand. */
export class FakeIssuer {
    public readonly asked: AskedIssuer[] = [];
    private readonly replies = new Map<string, Reply>();

    private constructor(private readonly server: Server) {}

    public static async start(): Promise<FakeIssuer> {
        const server = createServer();
        const issuer = new FakeIssuer(server);
        server.on("request", (request, response) => void issuer.answer(request, response));
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return issuer;
    }

    public kubeconfig(): string {
        const { port } = this.server.address() as AddressInfo;
        return stringify({
            "current-context": "fake",
            contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
            clusters: [{ name: "fake", cluster: { server: `http://127.0.0.1:${port}` } }],
            users: [{ name: "fake", user: { token: "of-an-administrator" } }],
        });
    }

    /** What it answers to a path; what it has no answer to is not found. */
    public reply(path: string, body: unknown, status = 200): void {
        this.replies.set(path, { status, body: typeof body === "string" ? body : JSON.stringify(body) });
    }

    /** Answers as an issuer of this name with these keys. */
    public is(issuer: string, keys: readonly JsonWebKey[]): void {
        this.reply("/.well-known/openid-configuration", { issuer, jwks_uri: "https://192.0.2.1:6443/openid/v1/jwks" });
        this.reply("/openid/v1/jwks", { keys });
    }

    public async stop(): Promise<void> {
        await new Promise<void>((resolve) => {
            this.server.close(() => resolve());
            this.server.closeAllConnections();
        });
    }

    private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const { method = "", url = "", headers } = request;
        const body = await text(request);
        const { accept = "", "content-type": contentType = "" } = headers;
        this.asked.push({ method, path: url, accept, contentType, body });
        const notFound = { status: 404, body: JSON.stringify({ kind: "Status", message: `no ${url}` }) };
        const reply = this.replies.get(url) ?? notFound;
        response.statusCode = reply.status;
        response.end(reply.body);
    }
}
