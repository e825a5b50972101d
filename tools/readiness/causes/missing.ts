import type { Volume } from "../objects";
import { comesByItself, type Facts, type NamedKind } from "../snapshot";

/** Something that a pod refers to and that is not there: an object, or a key in it. */
export interface Missing {
    readonly kind: NamedKind;
    readonly name: string;
    readonly key?: string;
}

const KINDS: Readonly<Record<string, NamedKind>> = {
    secret: "Secret",
    configmap: "ConfigMap",
    config: "ConfigMap",
    serviceaccount: "ServiceAccount",
    persistentvolumeclaim: "PersistentVolumeClaim",
};

/**
 * Reads what is missing out of a message of kubelet, scheduler or API server; the wordings are those of Kubernetes
 * 1.34 and have been the same for years. `volumes` are the pod's, since a volume's missing key is told without the
 * object's name.
 */
export function missingIn(message: string, volumes: readonly Volume[] = []): Missing | undefined {
    const object = /\b(secret|configmap|serviceaccount|persistentvolumeclaim)s? "([^"]+)" not found/i.exec(message);
    if (object !== null) return missing(object[1], object[2]);
    const key = /couldn't find key (\S+) in (Secret|ConfigMap) [^/\s]+\/(\S+)/.exec(message);
    if (key !== null) return missing(key[2], key[3]?.replace(/[,.]$/, ""), key[1]);
    const volumeKey = /references non-existent (secret|config) key: (\S+)/.exec(message);
    if (volumeKey === null) return undefined;
    const name = /for volume "([^"]+)"/.exec(message)?.[1];
    const volume = volumes.find((candidate) => candidate.name === name);
    return missing(volumeKey[1], volumeSource(volume, volumeKey[1] ?? "") ?? `of volume ${name ?? "?"}`, volumeKey[2]);
}

function missing(kind = "", name = "", key?: string): Missing | undefined {
    const known = KINDS[kind.toLowerCase()];
    return known === undefined ? undefined : { kind: known, name, ...(key === undefined ? {} : { key }) };
}

/** Name of the object behind a volume, where there is only one. */
function volumeSource(volume: Volume | undefined, kind: string): string | undefined {
    if (kind === "secret" && volume?.secret !== undefined) return volume.secret.secretName;
    if (kind === "config" && volume?.configMap !== undefined) return volume.configMap.name;
    const sources = volume?.projected?.sources ?? [];
    const names = sources
        .map((source) => (kind === "secret" ? source.secret?.name : source.configMap?.name))
        .filter((name) => name !== undefined);
    return names.length === 1 ? names[0] : undefined;
}

/** `Secret loki-s3 is missing`, `Secret loki-s3 has no key id`. */
export function missingText({ kind, name, key }: Missing): string {
    return key === undefined ? `${kind} ${name} is missing` : `${kind} ${name} has no key ${key}`;
}

/**
 * True when waiting does not bring it: the object is looked up, since a kubelet's word may be older than the object.
 * A key is not looked up, since that would mean to read values.
 */
export function staysMissing(facts: Facts, namespace: string | undefined, { kind, name, key }: Missing): boolean {
    if (comesByItself(kind, name)) return false;
    const clusterWide = kind === "PriorityClass" || kind === "RuntimeClass" || kind === "StorageClass";
    const there = facts.find(kind, clusterWide ? undefined : namespace, name) !== undefined;
    return key === undefined ? !there : true;
}

/** What to do about something that is missing. Hearth makes all that its pods refer to. */
export function missingFix({ kind, name, key }: Missing, namespace = "default"): string {
    const object = `${kind.toLowerCase()} ${name}`;
    if (key !== undefined)
        return `add the key, or correct the reference; see \`kubectl -n ${namespace} describe ${object}\``;
    return `if it was deleted, \`pulumi refresh\` notices and the next \`make up\` makes it again; else correct the reference to ${object}`;
}
