import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../components/config/problems";
import { capture } from "../lib/process";
import { directAccess } from "./access";

export interface Call {
    /** Absolute path with its query. */
    readonly path: string;
    /** Default `application/json`. */
    readonly accept?: string;
    /** Ends the call, also while its answer is read. */
    readonly signal?: AbortSignal;
    /** JSON that is posted to the path; nothing is posted without. */
    readonly post?: string;
    /** The answer stays open for long, so it must not take a connection from the short calls. Default false. */
    readonly watch?: boolean;
}

/** Asks the API server. Rejects when there is no connection; a refusal is an answer. */
export type Transport = (call: Call) => Promise<IncomingMessage>;

/** Connections for short calls: enough to keep the API server busy, few enough to reuse them. */
const CONNECTIONS = 8;

/** A proxy that is not there after this has failed to start. */
const PROXY_MS = 20_000;

/**
 * Gives `use` a way to ask the cluster of a kubeconfig. Certificates and tokens are used directly; everything else
 * (login programs of cloud providers, proxies) is kubectl's business: `kubectl proxy` on a socket that only this user
 * can open. Node's own client does, since @kubernetes/client-node takes half a second to load, more than the whole
 * gate of a platform that is ready.
 */
export async function withTransport<T>(kubeconfig: string, use: (transport: Transport) => Promise<T>): Promise<T> {
    const access = directAccess(kubeconfig);
    if (access === undefined) return throughKubectl(kubeconfig, use);
    const headers = access.token === undefined ? {} : { authorization: `Bearer ${access.token}` };
    const secure = access.server.startsWith("https:");
    const options = { keepAlive: true, ...(secure ? access.tls : {}) };
    const agents = {
        short: secure
            ? new HttpsAgent({ ...options, maxSockets: CONNECTIONS })
            : new HttpAgent({ ...options, maxSockets: CONNECTIONS }),
        watch: secure ? new HttpsAgent(options) : new HttpAgent(options),
    };
    try {
        return await use(
            ({ path, accept = "application/json", post, signal, watch = false }) =>
                new Promise((resolve, reject) => {
                    const send = secure ? httpsRequest : httpRequest;
                    const call = send(
                        `${access.server}${path}`,
                        {
                            ...(secure ? access.tls : {}),
                            method: methodOf(post),
                            agent: watch ? agents.watch : agents.short,
                            headers: { accept, ...headers, ...contentOf(post) },
                            ...(signal === undefined ? {} : { signal }),
                        },
                        resolve,
                    );
                    call.once("error", reject);
                    call.end(post);
                }),
        );
    } finally {
        agents.short.destroy();
        agents.watch.destroy();
    }
}

function methodOf(post: string | undefined): "GET" | "POST" {
    return post === undefined ? "GET" : "POST";
}

function contentOf(post: string | undefined): OutgoingHttpHeaders {
    return post === undefined ? {} : { "content-type": "application/json" };
}

async function throughKubectl<T>(kubeconfig: string, use: (transport: Transport) => Promise<T>): Promise<T> {
    // mkdtemp makes the folder with mode 0700, so that nobody else reaches the socket.
    const folder = await mkdtemp(join(tmpdir(), "hearth-"));
    const end = new AbortController();
    try {
        const file = join(folder, "kubeconfig");
        await writeFile(file, kubeconfig, { mode: 0o600 });
        const socket = join(folder, "api.sock");
        const args = ["--kubeconfig", file, "proxy", `--unix-socket=${socket}`];
        const proxy = capture("kubectl", args, { signal: end.signal }).then(
            ({ stderr }) => {
                throw cannotProxy(stderr);
            },
            (error: NodeJS.ErrnoException) => {
                throw error.code === "ENOENT" ? cannotProxy("there is no kubectl on PATH") : error;
            },
        );
        // It ends when it is told to, which is no failure then.
        proxy.catch(() => undefined);
        await Promise.race([listening(socket, end.signal), proxy]);
        const transport: Transport = ({ path, accept = "application/json", post, signal }) =>
            new Promise((resolve, reject) => {
                const call = httpRequest(
                    {
                        socketPath: socket,
                        path,
                        method: methodOf(post),
                        headers: { accept, host: "localhost", ...contentOf(post) },
                        agent: false,
                        ...(signal === undefined ? {} : { signal }),
                    },
                    resolve,
                );
                call.once("error", reject);
                call.end(post);
            });
        return await Promise.race([use(transport), proxy]);
    } finally {
        end.abort();
        await rm(folder, { recursive: true, force: true });
    }
}

/** Waits until something listens on the socket. */
async function listening(socket: string, signal: AbortSignal): Promise<void> {
    const until = performance.now() + PROXY_MS;
    while (performance.now() < until && !signal.aborted) {
        const open = await new Promise<boolean>((resolve) => {
            const connection = connect(socket);
            connection.once("connect", () => {
                connection.destroy();
                resolve(true);
            });
            connection.once("error", () => resolve(false));
        });
        if (open) return;
        await sleep(25);
    }
    throw cannotProxy(`it does not listen after ${PROXY_MS / 1000} s`);
}

function cannotProxy(complaint: string): UserError {
    return new UserError("the cluster cannot be asked", [
        {
            where: "kubectl proxy",
            what: `ended: ${complaint.trim().split("\n").at(-1) ?? ""}`,
            fix: "let `kubectl get pods` work with that context first",
        },
    ]);
}
