import { stringify } from "yaml";
import { RELEASE } from "../../components/core/type-tokens";
import { isManifest, isOfTheCluster, type Manifest } from "../policy/manifests";
import { UNKNOWN_TEXT } from "../policy/text";
import type { Tree } from "../lib/tree";

/** What a reader sees in its place. */
const UNKNOWN = "(known once it is there)";

/** As the engine hides the program's own secrets. */
const HIDDEN = "[secret]";

/** A resource of the program, secrets hidden. */
export interface TreeResource {
    /** Pulumi's URN; its last part is the resource's name. */
    readonly urn: string;
    /** `kubernetes:core/v1:ConfigMap` */
    readonly type: string;
    readonly inputs: object;
}

/** What a stack applies. */
export interface StackContents {
    readonly resources: readonly TreeResource[];
    /** The objects that each release brings, by the release's name. */
    readonly releases: ReadonlyMap<string, readonly Manifest[]>;
    /** Files that Argo CD takes from git, by path. */
    readonly delivered: Tree;
}

/**
 * Everything that a stack applies, a file for each object:
 *
 * - `objects/<namespace>/<Kind>-<name>.yaml`, the program's own objects; `_cluster` for those in no namespace;
 * - `releases/<release>/…`, the same of what Helm installs, and `release.yaml`, the chart and its values;
 * - `resources/<type>/<name>.yaml`, all that is no object of Kubernetes: commands with their scripts' input, drawn
 *   passwords' rules, the provider. Components are left out: they have nothing but their parts;
 * - `delivered/…`, what Argo CD takes from git.
 *
 * No Secret has a value. Keys are sorted, and places of this machine are replaced, so that the same program and settings give the same bytes.
 * @param places absolute paths and what stands for them, longest first
 */
export function stackTree(contents: StackContents, places: readonly (readonly [path: string, name: string])[]): Tree {
    const documents = new Map<string, string[]>();
    const add = (path: string, value: object): void => {
        documents.set(path, [...(documents.get(path) ?? []), places.reduce(withoutPlace, yamlOf(value))]);
    };
    for (const { urn, type, inputs } of contents.resources) {
        const name = urn.split("::").at(-1) ?? urn;
        if (type.startsWith("kubernetes:") && isManifest(inputs)) add(`objects/${objectPath(inputs)}`, inputs);
        else if (type === RELEASE) add(`releases/${String(Reflect.get(inputs, "name"))}/release.yaml`, inputs);
        else if (!isComponent(type)) add(`resources/${type.replaceAll(/[^\w.-]+/g, "-")}/${fileName(name)}`, inputs);
    }
    for (const [release, objects] of contents.releases) {
        for (const object of objects) add(`releases/${release}/${objectPath(object)}`, withoutValues(object));
    }
    const files = [...documents].map(([path, texts]): [string, string] => [path, [...texts].sort().join("---\n")]);
    const delivered = [...contents.delivered].map(([path, text]): [string, string] => [`delivered/${path}`, text]);
    return new Map([...files, ...delivered].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * A chart's Secret with its keys alone. Its values are none that the program knows, and many charts draw keys and
 * certificates each time that they are rendered.
 */
function withoutValues(object: Manifest): Manifest {
    if (object.kind !== "Secret") return object;
    const hidden = (field: string): object => {
        const value = object[field];
        if (value === null || typeof value !== "object") return {};
        return { [field]: Object.fromEntries(Object.keys(value).map((key) => [key, HIDDEN])) };
    };
    return { ...object, ...hidden("data"), ...hidden("stringData") };
}

function isComponent(type: string): boolean {
    return type.startsWith("hearth:") || type.startsWith("pulumi:pulumi:");
}

function objectPath(object: Manifest): string {
    const namespace = isOfTheCluster(object) ? "_cluster" : (object.metadata.namespace ?? "_cluster");
    return `${namespace}/${fileName(`${object.kind}-${object.metadata.name}`)}`;
}

/** Names of roles have colons, which not every file system takes. */
function fileName(name: string): string {
    return `${name.replaceAll(/[^\w.-]/g, "_")}.yaml`;
}

function yamlOf(value: object): string {
    const text = stringify(value, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });
    return text.replaceAll(UNKNOWN_TEXT, UNKNOWN);
}

function withoutPlace(text: string, [path, name]: readonly [string, string]): string {
    return text.replaceAll(path, name);
}
