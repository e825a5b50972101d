/** Annotations by which Argo CD is told to look; it takes them away when it has begun. */
export const SET_REFRESH = "argocd.argoproj.io/application-set-refresh";
export const REFRESH = "argocd.argoproj.io/refresh";

/** What became of one object of an application in its last sync. */
export interface SyncedResource {
    /** `Deployment apps/web` */
    readonly id: string;
    /** What Argo CD says: `Synced`, `SyncFailed`, `Pruned`. */
    readonly status: string;
    readonly message: string;
}

/** What Argo CD says of one application. */
export interface ApplicationState {
    readonly name: string;
    /** It has been told to look, and has not begun. */
    readonly refreshing: boolean;
    /** `Synced`, `OutOfSync`, `Unknown`; empty before the first look. */
    readonly sync: string;
    readonly health: string;
    readonly healthMessage: string;
    /** Commit that was compared last. */
    readonly revision: string;
    /** Errors: what cannot be rendered, compared or applied. */
    readonly errors: readonly string[];
    /** The last sync, or the one that is under way. */
    readonly operation?: {
        readonly phase: string;
        readonly message: string;
        readonly revision: string;
        readonly resources: readonly SyncedResource[];
    };
}

/** What Argo CD says of all that it delivers. */
export interface Snapshot {
    readonly applications: readonly ApplicationState[];
    /** The ApplicationSet has been told to look, and has not begun. */
    readonly refreshing: boolean;
    /** What keeps it from finding applications. */
    readonly errors: readonly string[];
}

/** Reads a list of ApplicationSets and Applications, as `kubectl get -o json` prints it. */
export function readSnapshot(list: unknown): Snapshot {
    const items = listOf(at(list, "items"));
    const sets = items.filter((item) => at(item, "kind") === "ApplicationSet");
    return {
        applications: items.filter((item) => at(item, "kind") === "Application").map(application),
        refreshing: sets.some((set) => annotation(set, SET_REFRESH) !== undefined),
        errors: sets
            .flatMap((set) => listOf(at(set, "status", "conditions")))
            .filter((one) => at(one, "type") === "ErrorOccurred" && at(one, "status") === "True")
            .map((one) => text(at(one, "message"))),
    };
}

function application(item: unknown): ApplicationState {
    const status = at(item, "status");
    const operation = at(status, "operationState");
    return {
        name: text(at(item, "metadata", "name")),
        refreshing: annotation(item, REFRESH) !== undefined,
        sync: text(at(status, "sync", "status")),
        health: text(at(status, "health", "status")),
        healthMessage: text(at(status, "health", "message")),
        revision: text(at(status, "sync", "revision")),
        errors: listOf(at(status, "conditions"))
            .filter((one) => /Error$/.test(text(at(one, "type"))))
            .map((one) => text(at(one, "message"))),
        ...(operation === undefined ? {} : { operation: operationOf(operation) }),
    };
}

function operationOf(operation: unknown): NonNullable<ApplicationState["operation"]> {
    const synced = text(at(operation, "syncResult", "revision"));
    return {
        phase: text(at(operation, "phase")),
        message: text(at(operation, "message")),
        revision: synced === "" ? text(at(operation, "operation", "sync", "revision")) : synced,
        resources: listOf(at(operation, "syncResult", "resources")).map((one) => {
            const [kind, namespace, name] = ["kind", "namespace", "name"].map((field) => text(at(one, field)));
            const hook = text(at(one, "hookPhase"));
            return {
                id: `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`,
                status: text(at(one, "status")) || hook,
                message: text(at(one, "message")),
            };
        }),
    };
}

function annotation(item: unknown, name: string): unknown {
    return at(item, "metadata", "annotations", name);
}

function at(value: unknown, ...path: readonly string[]): unknown {
    return path.reduce<unknown>(
        (inner, key) => (inner !== null && typeof inner === "object" ? Reflect.get(inner, key) : undefined),
        value,
    );
}

function listOf(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
    return typeof value === "string" ? value : "";
}
