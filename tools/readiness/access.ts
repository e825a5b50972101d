import type { RequestOptions } from "node:https";
import { parse } from "yaml";
import { UserError } from "../../components/config/problems";
import { fields, type Fields } from "../../components/core/fields";

/** How an API server is reached without help. */
export interface DirectAccess {
    /** `https://127.0.0.1:6443`, without a path at the end but with one that a proxy may add. */
    readonly server: string;
    readonly tls: Pick<RequestOptions, "ca" | "cert" | "key" | "servername" | "rejectUnauthorized">;
    readonly token?: string;
}

/** Fields of a kubeconfig that can be followed without running a program or reading a file. */
const CLUSTER = ["server", "certificate-authority-data", "insecure-skip-tls-verify", "tls-server-name"];
const USER = ["client-certificate-data", "client-key-data", "token"];

/**
 * Reads how to reach the cluster of a kubeconfig's current context; undefined when that takes more than certificates
 * and a token (a login program, a file, a proxy): then kubectl has to be asked, which knows all of these.
 * @throws UserError when it is no kubeconfig
 */
export function directAccess(kubeconfig: string, variables: NodeJS.ProcessEnv = process.env): DirectAccess | undefined {
    const config = parsed(kubeconfig);
    const context = entry(config, "contexts", "context", asText(config["current-context"]));
    const cluster = entry(config, "clusters", "cluster", asText(context["cluster"]));
    const user = entry(config, "users", "user", asText(context["user"]));
    const server = asText(cluster["server"]).replace(/\/+$/, "");
    if (!/^https?:\/\/./.test(server)) throw broken();
    if (!onlyHas(cluster, CLUSTER) || !onlyHas(user, USER) || hasProxy(server, variables)) return undefined;
    const token = asText(user["token"]);
    return {
        server,
        tls: {
            ...decoded("ca", cluster["certificate-authority-data"]),
            ...decoded("cert", user["client-certificate-data"]),
            ...decoded("key", user["client-key-data"]),
            ...(cluster["tls-server-name"] === undefined ? {} : { servername: asText(cluster["tls-server-name"]) }),
            // The user's own kubeconfig says so.
            ...(cluster["insecure-skip-tls-verify"] === true ? { rejectUnauthorized: false } : {}),
        },
        ...(token === "" ? {} : { token }),
    };
}

/** True when the environment names a proxy and the server is not on this machine. */
function hasProxy(server: string, variables: NodeJS.ProcessEnv): boolean {
    const { hostname } = new URL(server);
    if (["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return false;
    return ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].some((name) => (variables[name] ?? "") !== "");
}

function onlyHas(fields: Fields, known: readonly string[]): boolean {
    return Object.keys(fields).every((name) => known.includes(name));
}

function parsed(kubeconfig: string): Fields {
    try {
        const value: unknown = parse(kubeconfig);
        if (value !== null && typeof value === "object") return { ...value };
    } catch {
        // Told below, without the parser's excerpt: it may show a credential.
    }
    throw broken();
}

function broken(): UserError {
    return new UserError("the cluster cannot be asked", [
        {
            where: "kubeconfig",
            what: "names no API server",
            fix: "run `make up` again; on an existing cluster, correct hearth:kubeconfig or hearth:context",
        },
    ]);
}

/** The entry of a name in one of a kubeconfig's lists; of a list with one entry, that one. */
function entry(config: Fields, list: string, field: string, name: string): Fields {
    const entries: readonly unknown[] = Array.isArray(config[list]) ? config[list] : [];
    const named = entries.map(fields).find((candidate) => candidate["name"] === name);
    return fields((named ?? fields(entries[0]))[field]);
}

function asText(value: unknown): string {
    return typeof value === "string" ? value : "";
}

function decoded(name: "ca" | "cert" | "key", data: unknown): Fields {
    return typeof data === "string" ? { [name]: Buffer.from(data, "base64") } : {};
}
