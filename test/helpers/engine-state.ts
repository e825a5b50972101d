import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { namespacesOf } from "../../components/config/namespaces";
import { DEFAULT_LAYERS } from "../../components/config/layers";
import type { Deployment, StateResource } from "../../tools/state/deployment";
import { deploymentOf } from "../../tools/stack/recover";
import type { EngineStack, RunResult } from "./engine-stack";

/** The namespaces that are Hearth's, with all layers on. */
export const NAMESPACES = namespacesOf(DEFAULT_LAYERS).map(({ name }) => name);

/** The state as its file gives it; empty for a stack that never ran. */
export function stateOf({ statePath }: Pick<EngineStack, "statePath">): Deployment {
    const file: unknown = JSON.parse(readFileSync(statePath, "utf8"));
    return deploymentOf(file) ?? { version: 3, deployment: {} };
}

export function resourcesOf(stack: Pick<EngineStack, "statePath">): readonly StateResource[] {
    return stateOf(stack).deployment.resources ?? [];
}

/**
 * Takes a resource out of the state's file, with what refers to it: so a run leaves it that is killed between making an
 * object and noting it.
 */
export function forget({ statePath }: Pick<EngineStack, "statePath">, name: string): void {
    const file = JSON.parse(readFileSync(statePath, "utf8")) as {
        readonly checkpoint: { readonly latest: { resources: StateResource[] } };
    };
    const { latest } = file.checkpoint;
    const gone = new Set(latest.resources.filter(({ urn }) => nameOf(urn) === name).map(({ urn }) => urn));
    if (gone.size !== 1) throw new Error(`the state has ${gone.size} resources with the name ${name}`);
    const others = (urns: readonly string[]): readonly string[] => urns.filter((urn) => !gone.has(urn));
    latest.resources = latest.resources
        .filter(({ urn }) => !gone.has(urn))
        .map(({ dependencies = [], propertyDependencies = {}, ...resource }) => ({
            ...resource,
            dependencies: others(dependencies),
            propertyDependencies: Object.fromEntries(
                Object.entries(propertyDependencies).map(([property, urns]) => [property, others(urns)]),
            ),
        })) as StateResource[];
    writeFileSync(statePath, JSON.stringify(file));
}

/** Types of the resources that the engine is working on; empty where there is no state that can be read. */
export function underWay(stack: Pick<EngineStack, "statePath">): readonly string[] {
    try {
        return (stateOf(stack).deployment.pending_operations ?? []).map(({ resource }) => resource.type);
    } catch {
        // Not there yet, or just being written.
        return [];
    }
}

/** Logical name of a resource. */
export function nameOf(urn: string): string {
    return urn.split("::").at(-1) ?? "";
}

/** What a run did, by its own sum: `{ updated: 1, unchanged: 71 }`. */
export function summaryOf({ output }: RunResult): Readonly<Record<string, number>> {
    const [, rows = ""] = /^Resources:\n((?: {4}.*\n)+)/m.exec(output) ?? [];
    const entries = [...rows.matchAll(/^ +(?:\S+ )?(\d+) (.+)$/gm)].map(([, count, what = ""]) => [
        what,
        Number(count),
    ]);
    return Object.fromEntries(entries);
}

/**
 * What a run changed, by its own lines: operation by logical name, components left out. A replacement's steps count as
 * one.
 */
export function changesOf({ output }: RunResult): Readonly<Record<string, string>> {
    const lines = output.matchAll(
        /^ [~+-]+ +(\S+) (\S+) (created|updated|deleted|replaced)(?! (?:replacement|original))\b/gm,
    );
    const real = [...lines].filter(([, type = ""]) => !type.startsWith("hearth:") && type !== "pulumi:pulumi:Stack");
    return Object.fromEntries(real.map(([, , name, what]) => [name, what]));
}

/** What `preview --json` plans, apart from what stays: operation by logical name; components are left out. */
export function planOf({ stdout }: RunResult): Readonly<Record<string, string>> {
    const { steps } = JSON.parse(stdout) as {
        readonly steps: readonly { readonly op: string; readonly urn: string }[];
    };
    const real = steps.filter(({ op, urn }) => op !== "same" && !/[$:]hearth:\w+:\w+::[^:]+$/.test(urn));
    return Object.fromEntries(real.map(({ op, urn }) => [nameOf(urn), op]));
}

/** One object of the cluster, as far as these tests look at it. */
export interface ClusterObject {
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly uid: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
        readonly ownerReferences?: readonly unknown[];
    };
    readonly type?: string;
    readonly data?: Readonly<Record<string, string>>;
}

/** Objects of some kinds in Hearth's namespaces. */
export function objectsOf(stack: EngineStack, kinds: string): readonly ClusterObject[] {
    const { items } = JSON.parse(stack.kubectl("get", kinds, "--all-namespaces", "-o", "json")) as {
        readonly items: readonly ClusterObject[];
    };
    return items.filter(({ metadata }) => NAMESPACES.includes(metadata.namespace ?? ""));
}

/** `Deployment edge/traefik` */
export function idOf({ kind, metadata }: ClusterObject): string {
    return `${kind} ${metadata.namespace}/${metadata.name}`;
}

/** Helm's own records: `observability/loki.v1 deployed`. */
export function helmRecords(stack: EngineStack): readonly string[] {
    return objectsOf(stack, "secrets")
        .filter(({ type }) => type === "helm.sh/release.v1")
        .map(({ metadata: { namespace, labels = {} } }) => {
            return `${namespace}/${labels["name"]}.v${labels["version"]} ${labels["status"]}`;
        })
        .sort();
}

/**
 * Objects in Hearth's namespaces that neither Pulumi's state nor a Helm release that it has knows of, and that no
 * controller makes by itself.
 */
export function orphansOf(stack: EngineStack): readonly string[] {
    const resources = resourcesOf(stack);
    const known = new Set(resources.map(({ id }) => id));
    const releases = resources
        .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
        .map(({ inputs = {} }) => `${String(inputs["namespace"])}/${String(inputs["name"])}`);
    const isOurs = ({ type, metadata }: ClusterObject): boolean => {
        const { namespace, name, labels = {}, annotations = {}, ownerReferences = [] } = metadata;
        if (type === "helm.sh/release.v1") return releases.includes(`${namespace}/${labels["name"]}`);
        if (ownerReferences.length > 0 || known.has(`${namespace}/${name}`)) return true;
        if (name === "kube-root-ca.crt" || name === "default") return true;
        const [release, home] = ["name", "namespace"].map((part) => annotations[`meta.helm.sh/release-${part}`]);
        return releases.includes(`${home}/${release}`);
    };
    const kinds =
        "deployments,statefulsets,daemonsets,jobs,services,configmaps,secrets,serviceaccounts,replicasets,pods";
    return objectsOf(stack, kinds)
        .filter((object) => !isOurs(object))
        .map(idOf);
}

/** Everything secret that a stack's cluster holds, by where it is: its Secrets' values, its administrator's key. */
export function clusterSecrets(stack: EngineStack): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const object of objectsOf(stack, "secrets").filter(({ type }) => type === "Opaque")) {
        for (const [key, value] of Object.entries(object.data ?? {})) {
            // Short ones, such as names of users, are words of other texts, too.
            const words = Buffer.from(value, "base64")
                .toString()
                .split(/\s+/)
                .filter((word) => word.length >= 16);
            words.forEach((word, index) => found.set(`${idOf(object)} ${key} ${index}`, word));
        }
    }
    const kubeconfig = readFileSync(join(stack.clusterDir, "kubeconfig"), "utf8");
    found.set("kubeconfig", /client-key-data: (\S+)/.exec(kubeconfig)?.[1] ?? "");
    return found;
}

/** Which of the secrets a text tells, as they are or in base64. */
export function told(text: string, secrets: ReadonlyMap<string, string>): readonly string[] {
    return [...secrets]
        .filter(([, secret]) => [secret, Buffer.from(secret).toString("base64")].some((form) => text.includes(form)))
        .map(([where]) => where);
}

/** Files below a folder that tell a secret; links are not followed. */
export function tellingFiles(folder: string, secrets: ReadonlyMap<string, string>): readonly string[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((file) => told(readFileSync(file, "latin1"), secrets).length > 0);
}
