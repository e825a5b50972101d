import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { UserError } from "../config/problems";
import type { ExistingClusterConfig } from "../config/schema";
import { fields, type Fields } from "../core/fields";

/** One kubeconfig file. */
export interface KubeconfigFile {
    readonly path: string;
    readonly text: string;
}

/** The part of a user's kubeconfig that one context needs. */
export interface ContextKubeconfig {
    /** A kubeconfig of its own, YAML, with no reference to files. Holds credentials. */
    readonly text: string;
    /** URL of the API server. */
    readonly server: string;
}

/**
 * Cuts one context out of kubeconfig files: credentials of the user's other clusters never reach our state.
 * As kubectl does, the first file that has a name wins, and relative paths count from the file that names them.
 * @throws UserError when a file is not a kubeconfig, or the context or what it names is missing
 */
export function contextKubeconfig(
    files: readonly KubeconfigFile[],
    context: string,
    readBase64: (path: string) => string,
): ContextKubeconfig {
    const documents = files.map(({ path, text }) => ({ folder: dirname(path), document: parsed(path, text) }));
    const find = (list: Section, name: string): Found | undefined => {
        for (const { folder, document } of documents) {
            const entry = items(document[list]).find((item) => item["name"] === name);
            if (entry !== undefined) return { folder, body: fields(entry[ENTRY[list]]) };
        }
        return undefined;
    };
    const found = find("contexts", context);
    if (found === undefined)
        throw unknownContext(
            files,
            documents.flatMap(({ document }) => names(document)),
            context,
        );
    const cluster = find("clusters", asText(found.body["cluster"]));
    const user = find("users", asText(found.body["user"]));
    const server = asText(cluster?.body["server"]);
    if (cluster === undefined || server === "") {
        throw broken(
            files,
            `context ${context} names a cluster that is not there`,
            "repair the kubeconfig, or choose another context",
        );
    }
    const inlined = {
        apiVersion: "v1",
        kind: "Config",
        "current-context": context,
        contexts: [{ name: context, context: { cluster: context, user: context } }],
        clusters: [{ name: context, cluster: withData(cluster, ["certificate-authority"], readBase64) }],
        users: [
            {
                name: context,
                user: user === undefined ? {} : withData(user, ["client-certificate", "client-key"], readBase64),
            },
        ],
    };
    return { text: stringify(inlined), server };
}

/**
 * Reads what `contextKubeconfig` needs: the configured file, else those of KUBECONFIG, else `~/.kube/config`.
 * @throws UserError
 */
export function readContextKubeconfig(config: ExistingClusterConfig, variables = process.env): ContextKubeconfig {
    const given = config.kubeconfig ?? variables["KUBECONFIG"] ?? "";
    const paths = (given === "" ? "~/.kube/config" : given)
        .split(delimiter)
        .filter((path) => path !== "")
        .map(expanded);
    const files = paths.flatMap((path): readonly KubeconfigFile[] => {
        try {
            return [{ path, text: readFileSync(path, "utf8") }];
        } catch {
            return [];
        }
    });
    if (files.length === 0) {
        throw broken(
            paths.map((path) => ({ path })),
            "cannot be read",
            "correct hearth:kubeconfig or KUBECONFIG",
        );
    }
    return contextKubeconfig(files, config.context, (path) => readFileSync(path).toString("base64"));
}

function expanded(path: string): string {
    return path.startsWith("~/") ? join(homedir(), path.slice(2)) : resolve(path);
}

type Section = "contexts" | "clusters" | "users";

interface Found {
    readonly folder: string;
    readonly body: Fields;
}

const ENTRY: Readonly<Record<Section, string>> = { contexts: "context", clusters: "cluster", users: "user" };

function parsed(path: string, content: string): Fields {
    try {
        const value: unknown = parse(content);
        if (value === null || typeof value === "object") return fields(value);
    } catch {
        // Told below, without the parser's excerpt: it may show a credential.
    }
    throw broken([{ path }], "is not a kubeconfig", "correct hearth:kubeconfig or KUBECONFIG");
}

/** Replaces `<key>: <path>` by `<key>-data: <base64>`. */
function withData({ folder, body }: Found, keys: readonly string[], readBase64: (path: string) => string): Fields {
    return keys.reduce<Fields>((rest, key) => {
        const { [key]: path, ...others } = rest;
        if (typeof path !== "string" || others[`${key}-data`] !== undefined) return others;
        return { ...others, [`${key}-data`]: readBase64(resolve(folder, path)) };
    }, body);
}

function unknownContext(files: readonly KubeconfigFile[], known: readonly string[], context: string): UserError {
    const list = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
    return broken(files, `has no context "${context}"; ${list}`, "pulumi config set hearth:context <name>");
}

function broken(files: readonly { readonly path: string }[], what: string, fix: string): UserError {
    return new UserError("the existing cluster cannot be used", [
        { where: files.map(({ path }) => path).join(", "), what, fix },
    ]);
}

function names(document: Fields): readonly string[] {
    return items(document["contexts"]).map((entry) => asText(entry["name"]));
}

function items(value: unknown): readonly Fields[] {
    return Array.isArray(value) ? value.map(fields) : [];
}

function asText(value: unknown): string {
    return typeof value === "string" ? value : "";
}
