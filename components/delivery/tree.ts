import { parseAllDocuments } from "yaml";
import { MANAGED_KINDS } from "../config/application-kinds";
import { namespaceOfFolder, WAVE_ANNOTATION } from "../config/delivery";
import type { Problem } from "../config/problems";
import { isFields } from "../core/fields";
import { groupOf, type KubernetesObject } from "../core/kubernetes-object";

/** One file of a rendered tree. */
export interface TreeFile {
    /** Relative to the project, with `/`. */
    readonly path: string;
    readonly text: string;
}

/** The files of one folder that is an application. */
export interface ApplicationFolder {
    /** Relative to the project, with `/`. */
    readonly folder: string;
    readonly files: readonly TreeFile[];
}

/** One object of an application, and where it stands. */
export interface ApplicationObject {
    readonly object: KubernetesObject;
    /** `Deployment apps/web`: the same for no other object of a cluster. */
    readonly id: string;
    readonly wave: number;
    /** Relative to the project. */
    readonly file: string;
}

/** An application with what it consists of, in the order of its waves. */
export interface Application {
    /** Unique among the applications, as Argo CD's Application is called: `<namespace>-<folder>`. */
    readonly name: string;
    readonly namespace: string;
    readonly folder: string;
    readonly objects: readonly ApplicationObject[];
}

/** Applications as far as their files can be read, and everything that is wrong with these. */
export interface ReadTree {
    readonly applications: readonly Application[];
    readonly problems: readonly Problem[];
}

/**
 * The applications of a rendered tree. Where Pulumi applies them they have the bounds that Argo CD's project gives them
 * (`components/gitops`): kinds of applications, in the applications' namespaces. So a tree that one of the two takes, the
 * other does.
 */
export function readApplications(folders: readonly ApplicationFolder[], namespaces: readonly string[]): ReadTree {
    const read = folders.map((folder) => readApplication(folder, namespaces));
    const applications = read.flatMap(({ application }) => (application === undefined ? [] : [application]));
    return {
        applications,
        problems: [
            ...read.flatMap(({ problems }) => problems),
            ...sharedNames(applications),
            ...twoOwners(applications),
        ],
    };
}

interface ReadApplication {
    readonly application?: Application;
    readonly problems: readonly Problem[];
}

function readApplication({ folder, files }: ApplicationFolder, namespaces: readonly string[]): ReadApplication {
    const home = namespaceOfFolder(folder, namespaces);
    if (home === undefined) {
        const fix = "name a namespace in hearth:applicationNamespaces, or remove the folder";
        return { problems: [{ where: folder, what: "is an application, and there is no namespace for it", fix }] };
    }
    const read = files.map((file) => readFile(file, home, namespaces));
    const objects = read.flatMap((one) => one.objects);
    const application: Application = {
        name: applicationName(folder, home),
        namespace: home,
        folder,
        // Stable: within a wave the order of the files stays.
        objects: [...objects].sort((a, b) => a.wave - b.wave),
    };
    return { application, problems: read.flatMap(({ problems }) => problems) };
}

/** Name of a folder's application, as Argo CD's template makes it (`basenameNormalized`). */
export function applicationName(folder: string, namespace: string): string {
    const base = folder.split("/").at(-1) ?? folder;
    const normalized = base
        .toLowerCase()
        .replace(/[^a-z0-9-.]/g, "-")
        .replace(/^[-.]+|[-.]+$/g, "");
    return `${namespace}-${normalized}`;
}

interface ReadFile {
    readonly objects: readonly ApplicationObject[];
    readonly problems: readonly Problem[];
}

function readFile({ path, text }: TreeFile, home: string, namespaces: readonly string[]): ReadFile {
    const documents = parseAllDocuments(text);
    // For a file of nothing but comments the library answers with a list of another kind.
    if (!Array.isArray(documents)) return { objects: [], problems: [] };
    const [broken] = documents.flatMap(({ errors }) => errors);
    if (broken !== undefined) {
        const [what = "is no YAML"] = broken.message.split("\n");
        return { objects: [], problems: [{ where: path, what: what.replace(/:$/, ""), fix: "mend the file" }] };
    }
    const values = documents.map((document): unknown => document.toJS()).filter((value) => value !== null);
    const read = values.flatMap(itemsOf).map((value) => readObject(value, path, home, namespaces));
    return { objects: read.flatMap(({ objects }) => objects), problems: read.flatMap(({ problems }) => problems) };
}

/** The objects of a `List`, as `kubectl get -o yaml` prints it; anything else itself. */
function itemsOf(value: unknown): readonly unknown[] {
    if (!isFields(value) || value["kind"] !== "List" || !Array.isArray(value["items"])) return [value];
    return value["items"];
}

function readObject(value: unknown, file: string, home: string, namespaces: readonly string[]): ReadFile {
    const refused = (what: string, fix: string): ReadFile => ({
        objects: [],
        problems: [{ where: file, what, fix }],
    });
    if (!isObject(value)) {
        return refused("has something that is no Kubernetes object", "give it apiVersion, kind and metadata.name");
    }
    const { apiVersion, kind, metadata } = value;
    const group = groupOf(value);
    const title = `${kind} ${metadata.name}`;
    if (!MANAGED_KINDS.some((known) => known.group === group && known.kind === kind)) {
        return refused(
            `${title} is of a kind (${apiVersion}) that applications do not have`,
            "take it out; what applications consist of is listed in the README, under Delivery",
        );
    }
    const namespace = metadata.namespace ?? home;
    if (!namespaces.includes(namespace)) {
        return refused(
            `${title} is in namespace ${namespace}, which is none of the applications'`,
            `put it into ${namespaces.join(" or ")}, or name the namespace in hearth:applicationNamespaces`,
        );
    }
    const wave = Number(metadata.annotations?.[WAVE_ANNOTATION] ?? "0");
    if (!Number.isInteger(wave)) {
        return refused(`${title} has a wave that is no whole number`, `write ${WAVE_ANNOTATION}: "1", for example`);
    }
    const object = { ...value, metadata: { ...metadata, namespace } };
    return { objects: [{ object, id: `${kind} ${namespace}/${metadata.name}`, wave, file }], problems: [] };
}

function isObject(value: unknown): value is KubernetesObject {
    if (!isFields(value)) return false;
    const { apiVersion, kind, metadata } = value;
    if (typeof apiVersion !== "string" || typeof kind !== "string" || !isFields(metadata)) return false;
    const { name, namespace, annotations } = metadata;
    return (
        typeof name === "string" &&
        name !== "" &&
        (namespace === undefined || typeof namespace === "string") &&
        (annotations === undefined || isFields(annotations))
    );
}

/** Two folders of one name in different places would be one Application. */
function sharedNames(applications: readonly Application[]): readonly Problem[] {
    return applications.flatMap(({ name, folder }, index) => {
        const first = applications.findIndex((other) => other.name === name);
        if (first === index) return [];
        const what = `is called ${name}, as the application in ${applications[first]?.folder ?? ""} is`;
        return [{ where: folder, what, fix: "rename one of the folders" }];
    });
}

/** An object that stands twice would be applied twice, and belong to nobody. */
function twoOwners(applications: readonly Application[]): readonly Problem[] {
    const owners = new Map<string, string>();
    return applications.flatMap(({ objects }) =>
        objects.flatMap(({ id, file }): readonly Problem[] => {
            const first = owners.get(id);
            owners.set(id, first ?? file);
            if (first === undefined) return [];
            const where = first === file ? "this file" : first;
            return [{ where: file, what: `${id} stands in ${where} as well`, fix: "keep one of them" }];
        }),
    );
}
