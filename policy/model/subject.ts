import type { Finding } from "./rule";
import { at, isHidden, pathText, textOf, type Fields, type Hidden } from "./value";

/** What the engine knows of a resource beside its inputs. */
export interface ResourceOptions {
    /** URN of what takes the resource along when it is deleted; empty for nothing. The engine tells no policy. */
    readonly deletedWith: string | Hidden;
    readonly deleteBeforeReplace: boolean;
    /** Outputs that are secret though no input makes them so. */
    readonly secretOutputs: readonly string[];
    /** Name of the provider's resource; undefined where none was told. */
    readonly provider?: string;
}

/** What rules judge: a resource of the program, or an object that a chart renders. */
export interface Subject {
    /** `Deployment edge/traefik`, `command:local:Command cluster-identity` */
    readonly where: string;
    /** Where it comes from: a resource, or the chart's release. */
    readonly source: "program" | "chart";
    /** Pulumi's type token; undefined for what a chart renders. */
    readonly type?: string;
    readonly urn?: string;
    readonly body: Fields;
    /** Undefined for what a chart renders. */
    readonly options?: ResourceOptions;
}

/** A resource of the program. */
export function resourceSubject(
    resource: {
        readonly type: string;
        readonly name: string;
        readonly urn?: string;
        readonly body: Fields;
    },
    options?: ResourceOptions,
): Subject {
    const { type, name, urn, body } = resource;
    const named = isKubernetesObject(type) ? objectName(body) : undefined;
    return {
        where: named ?? `${type} ${name}`,
        source: "program",
        type,
        body,
        ...(urn === undefined ? {} : { urn }),
        ...(options === undefined ? {} : { options }),
    };
}

/** An object that a chart renders. */
export function chartSubject(body: Fields): Subject {
    return { where: objectName(body) ?? "an object without a name", source: "chart", body };
}

/** True for the type of an object in the cluster; releases are no objects themselves. */
function isKubernetesObject(type: string): boolean {
    return type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/");
}

function objectName(body: Fields): string | undefined {
    const [kind, name] = [textOf(body["kind"]), textOf(at(body, "metadata", "name"))];
    if (kind === undefined || name === undefined) return undefined;
    const namespace = textOf(at(body, "metadata", "namespace"));
    return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** Kind of an object in the cluster; undefined for anything else. */
export function kindOf({ type, body }: Subject): string | undefined {
    return type === undefined || isKubernetesObject(type) ? textOf(body["kind"]) : undefined;
}

export function namespaceOf({ body }: Subject): string | undefined {
    return textOf(at(body, "metadata", "namespace"));
}

export function nameOf({ body }: Subject): string | undefined {
    return textOf(at(body, "metadata", "name"));
}

type Path = readonly (string | number)[];

/** A violation at a place of a subject. */
export function violation({ where }: Subject, path: Path, what: string, part?: string): Finding {
    return { verdict: "violation", where, what, ...place(path), ...(part === undefined ? {} : { part }) };
}

/** That a place of a subject cannot be judged. */
export function unknown({ where }: Subject, path: Path, part?: string): Finding {
    const what = "cannot be judged, since it is not known here";
    return { verdict: "unknown", where, what, ...place(path), ...(part === undefined ? {} : { part }) };
}

function place(path: Path): { readonly at?: string } {
    return path.length === 0 ? {} : { at: pathText(path) };
}

/** The finding that a place is hidden; none when it can be seen. */
export function hiddenAt(subject: Subject, path: Path): readonly Finding[] {
    return isHidden(at(subject.body, ...path)) ? [unknown(subject, path)] : [];
}
