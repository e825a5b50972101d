import { RELEASE } from "../../components/core/type-tokens";

/** The parts of a resource in Pulumi's state that recovery looks at; everything else travels through untouched. */
export interface StateResource {
    readonly urn: string;
    readonly type: string;
    readonly custom?: boolean;
    readonly id?: string;
    readonly parent?: string;
    readonly provider?: string;
    readonly deletedWith?: string;
    readonly dependencies?: readonly string[];
    readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly [key: string]: unknown;
}

export interface PendingOperation {
    readonly resource: StateResource;
    readonly type: string;
}

/** `pulumi stack export`, as far as it matters here. */
export interface Deployment {
    readonly version: number;
    readonly deployment: {
        readonly resources?: readonly StateResource[];
        readonly pending_operations?: readonly PendingOperation[];
        readonly [key: string]: unknown;
    };
}

const PROVIDER_TYPE = "pulumi:providers:";

/**
 * Takes everything out of the state that died with a cluster: its identity, what is deleted with it, the
 * provider that points at it and what was made through that provider. Generated passwords stay.
 *
 * `up` alone cannot do this: the engine would first try to delete each object from an API server that is
 * gone, and a Helm release's deletion then always fails (pulumi/pulumi-kubernetes#2675).
 */
export function withoutCluster(state: Deployment, isIdentity: (resource: StateResource) => boolean): Deployment {
    const resources = state.deployment.resources ?? [];
    const dead = new Set(resources.filter(isIdentity).map(({ urn }) => urn));
    for (let before = -1; before !== dead.size;) {
        before = dead.size;
        for (const resource of resources) {
            if (diesWith(resource, dead)) dead.add(resource.urn);
        }
    }
    return {
        ...state,
        deployment: {
            ...state.deployment,
            resources: resources
                .filter(({ urn }) => !dead.has(urn))
                .map((resource) => withoutReferences(resource, dead)),
            pending_operations: (state.deployment.pending_operations ?? []).filter(
                ({ resource }) => !dead.has(resource.urn) && !diesWith(resource, dead) && !isIdentity(resource),
            ),
        },
    };
}

function diesWith(resource: StateResource, dead: ReadonlySet<string>): boolean {
    const provider = resource.provider?.split("::").slice(0, -1).join("::");
    if (resource.deletedWith !== undefined && dead.has(resource.deletedWith)) return true;
    if (provider !== undefined && dead.has(provider)) return true;
    // A provider and the commands that read from the cluster name the identity among their dependencies;
    // components and generated secrets outlive it.
    const bound = resource.type.startsWith(`${PROVIDER_TYPE}kubernetes`) || resource.type === "command:local:Command";
    return bound && (resource.dependencies ?? []).some((urn) => dead.has(urn));
}

function withoutReferences(resource: StateResource, dead: ReadonlySet<string>): StateResource {
    const keep = (urns: readonly string[] | undefined): readonly string[] =>
        (urns ?? []).filter((urn) => !dead.has(urn));
    return {
        ...resource,
        ...(resource.dependencies === undefined ? {} : { dependencies: keep(resource.dependencies) }),
        ...(resource.propertyDependencies === undefined
            ? {}
            : {
                  propertyDependencies: Object.fromEntries(
                      Object.entries(resource.propertyDependencies).map(([key, urns]) => [key, keep(urns)]),
                  ),
              }),
    };
}

/** Name and namespace of a Helm release that a killed run was working on. */
export interface StuckRelease {
    readonly name: string;
    readonly namespace: string;
}

/**
 * Releases whose creation or update was under way when a run was killed. Helm refuses to install over the
 * record that such a run leaves behind ("cannot re-use a name that is still in use").
 */
export function interruptedReleases(state: Deployment): readonly StuckRelease[] {
    return (state.deployment.pending_operations ?? [])
        .filter(({ resource }) => resource.type === RELEASE)
        .map(({ resource }) => ({ name: resource.inputs?.["name"], namespace: resource.inputs?.["namespace"] }))
        .filter(
            (release): release is StuckRelease =>
                typeof release.name === "string" && typeof release.namespace === "string",
        );
}

/** The state with no operation pending; what was under way is made again by the next `up`. */
export function withoutPending(state: Deployment): Deployment {
    return { ...state, deployment: { ...state.deployment, pending_operations: [] } };
}

/** True when a run was cut off in the middle of an operation. */
export function hasPending(state: Deployment): boolean {
    return (state.deployment.pending_operations ?? []).length > 0;
}
