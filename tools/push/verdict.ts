import type { ApplicationState, Snapshot, SyncedResource } from "./snapshot";

/** What is waited for. */
export interface Wanted {
    readonly commit: string;
    /** The applications of that commit. */
    readonly applications: readonly string[];
}

/** Where one application stands. */
export interface ApplicationVerdict {
    readonly name: string;
    readonly state: "well" | "waiting" | "failed";
    /** One line: what it is, what it waits for, or the error. */
    readonly says: string;
    /** What its last sync of the commit did. */
    readonly resources: readonly SyncedResource[];
}

/** Where all of them stand; it is over when none waits. */
export interface Verdict {
    readonly applications: readonly ApplicationVerdict[];
    /** What keeps Argo CD from finding applications at all. */
    readonly errors: readonly string[];
    readonly over: boolean;
    readonly well: boolean;
}

/** Judges what Argo CD says, against what was pushed. What it said before it has looked counts for nothing. */
export function judge(snapshot: Snapshot, wanted: Wanted): Verdict {
    const looked = !snapshot.refreshing;
    const found = new Map(snapshot.applications.map((application) => [application.name, application]));
    const applications = [
        ...wanted.applications.map((name) => judgeApplication(name, found.get(name), wanted.commit)),
        ...snapshot.applications
            .filter(({ name }) => !wanted.applications.includes(name))
            .map(({ name }) => verdict(name, "waiting", "is being removed, since its folder is gone")),
    ];
    const errors = looked ? snapshot.errors : [];
    const waits = !looked || applications.some(({ state }) => state === "waiting");
    const failed = errors.length > 0 || applications.some(({ state }) => state === "failed");
    return { applications, errors, over: !waits || errors.length > 0, well: !waits && !failed };
}

function judgeApplication(name: string, state: ApplicationState | undefined, commit: string): ApplicationVerdict {
    if (state === undefined) return verdict(name, "waiting", "is not there yet");
    if (state.refreshing) return verdict(name, "waiting", "has not looked yet");
    const operation = state.operation?.revision === commit ? state.operation : undefined;
    const resources = operation?.resources ?? [];
    if (state.errors.length > 0) return verdict(name, "failed", state.errors.join("; "), resources);
    if (operation !== undefined && hasFailed(operation)) {
        return verdict(name, "failed", operation.message === "" ? operation.phase : operation.message, resources);
    }
    const short = commit.slice(0, 8);
    if (state.revision !== commit) return verdict(name, "waiting", `has not got to ${short} yet`, resources);
    if (state.sync !== "Synced") return verdict(name, "waiting", operation?.message || `is ${state.sync}`, resources);
    switch (state.health) {
        case "Healthy":
            return verdict(name, "well", `Synced to ${short}, Healthy`, resources);
        case "Degraded":
            return verdict(name, "failed", `Synced to ${short}, Degraded${reason(state)}`, resources);
        default:
            return verdict(name, "waiting", `Synced to ${short}, ${state.health || "no health yet"}`, resources);
    }
}

/** A sync that is tried again has failed for now; Argo CD goes on trying, and a person need not wait for that. */
function hasFailed({ phase, message }: NonNullable<ApplicationState["operation"]>): boolean {
    return phase === "Failed" || phase === "Error" || (phase === "Running" && /[Rr]etrying attempt/.test(message));
}

function reason({ healthMessage }: ApplicationState): string {
    return healthMessage === "" ? "" : `: ${healthMessage}`;
}

function verdict(
    name: string,
    state: ApplicationVerdict["state"],
    says: string,
    resources: readonly SyncedResource[] = [],
): ApplicationVerdict {
    return { name, state, says, resources };
}

/** The verdict as lines for a person. */
export function verdictLines({ applications, errors }: Verdict): readonly string[] {
    const mark = { well: "ok", waiting: "..", failed: "!!" } as const;
    return [
        ...errors.map((error) => `!! Argo CD finds no applications: ${error}`),
        ...applications.flatMap(({ name, state, says, resources }) => [
            `${mark[state]} ${name}: ${says}`,
            ...resources.map(({ id, status, message }) => `     ${id}: ${message === "" ? status : message}`),
        ]),
    ];
}
