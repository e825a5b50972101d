import { blueprintOf, type BlueprintSettings } from "../../components/cluster/blueprint";
import { probeCluster, type ProbeResult } from "../../components/cluster/probe";
import type { ClusterRecord } from "../../components/cluster/record";
import {
    madeFrom,
    makesWay,
    recordedCluster,
    replacementReasons,
    type MadeFrom,
} from "../../components/cluster/replacement";
import { UserError } from "../../components/config/problems";
import type { Deployment } from "../state/deployment";
import { deleteCluster } from "./cluster-scripts";
import { readState } from "./recover";
import { isClusterIdentity } from "./recovery";
import type { Session } from "./session";
import { fields } from "../../components/core/fields";

type Report = (line: string) => void;

/** A cluster that a run would remove, with all that is in it, to make another one. */
export interface Replacement {
    readonly stack: string;
    /** Name of the cluster that goes. */
    readonly cluster: string;
    readonly provider: ClusterRecord["provider"];
    /** `workers 1 → 2` */
    readonly reasons: readonly string[];
    /** What is in it, in words. */
    readonly data: readonly string[];
    /** The stack is to go to somebody else's cluster, which needs a clean state. */
    readonly moved: boolean;
    /**
     * What is there under its name: the cluster itself; nothing any more but its record, so that nothing is lost; or
     * a stranger's cluster, which is not ours to remove.
     */
    readonly is: "there" | "gone" | "stranger's";
}

/** What is seen of a stack before a run. */
export interface ReplacementFacts {
    readonly settings: BlueprintSettings;
    /** `undefined` when the stack has no state. */
    readonly state: Deployment | undefined;
    /** The record of the cluster that the state names, else of the one that the settings name. */
    readonly probe: ProbeResult;
    /** Absolute path of the project. */
    readonly checkout: string;
}

/** What each component keeps in volumes, by its type: other components have nothing that `up` does not bring back. */
const DATA: Readonly<Record<string, string>> = {
    "hearth:observability:Prometheus": "Prometheus' metrics",
    "hearth:storage:Garage": "Garage's objects, among them Loki's logs and Tempo's traces",
    "hearth:database:PostgreSql": "PostgreSQL's databases",
};

/** Name of the cluster whose record has to be looked at. */
export function clusterAtStake(state: Deployment | undefined, wanted: string): string {
    return stateCluster(state)?.name ?? wanted;
}

/** The cluster that would go; undefined when it can stay, or when there is none. */
export function plannedReplacement({ settings, state, probe, checkout }: ReplacementFacts): Replacement | undefined {
    if (probe.state === "absent") return undefined;
    const { record } = probe;
    // The scripts touch no cluster of another checkout.
    if (record.checkout !== checkout) return undefined;
    const known = stateCluster(state);
    const before = known ?? recordedCluster(record);
    const blueprint = blueprintOf(settings);
    const wanted = blueprint === undefined ? undefined : madeFrom(blueprint);
    if (wanted === undefined && known === undefined) return undefined;
    const reasons = wanted === undefined ? ["hearth:cluster is existing now"] : replacementReasons(before, wanted);
    if (reasons.length === 0) return undefined;
    return {
        stack: settings.stack,
        cluster: before.name,
        provider: record.provider,
        reasons,
        data: dataOf(state, record),
        moved: wanted === undefined,
        is: probe.state === "gone" ? "gone" : probe.state === "other" ? "stranger's" : "there",
    };
}

/** What is said before anything is done. */
export function replacementNotice({ cluster, reasons, data }: Replacement): string {
    return `${makesWay(cluster, reasons)}: ${data.join(", ")}. Passwords and the secrets file stay`;
}

/**
 * Lets a replacement of a cluster with data only through where the user has said so, and of a stranger's never.
 * @throws UserError without `confirmed`; a simulated cluster has no data
 */
export function checkReplacement(replacement: Replacement, confirmed: boolean): void {
    const { cluster, stack, reasons, data, provider, moved, is } = replacement;
    if (is === "stranger's") {
        const fix = `set hearth:clusterName to another name, or remove it (kind delete cluster --name ${cluster})`;
        const what = "is not the one that Hearth made";
        throw new UserError(`stack ${stack} cannot have its cluster`, [{ where: `cluster ${cluster}`, what, fix }]);
    }
    if (!moved && (confirmed || is === "gone" || provider === "kwok")) return;
    const how = moved
        ? `run make down STACK=${stack}, which removes it with its data, and then make up STACK=${stack}`
        : `run make up STACK=${stack} ARGS=--replace-cluster (passwords and the secrets file stay)`;
    throw new UserError(`stack ${stack} would lose its data`, [
        {
            where: `cluster ${cluster}`,
            what: `has to make way for another (${reasons.join("; ")}), and all that is in it would go: ${data.join(", ")}`,
            fix: `take the change back, or ${how}`,
        },
    ]);
}

/**
 * Before anything is done: tells which cluster has to go, and stops where its data would go without the user's word.
 * @returns the cluster that has to go
 * @throws UserError
 */
export async function guardCluster(
    session: Session,
    confirmed: boolean,
    report: Report,
): Promise<Replacement | undefined> {
    const replacement = await findReplacement(session);
    if (replacement === undefined) return undefined;
    checkReplacement(replacement, confirmed);
    if (replacement.is === "there") report(replacementNotice(replacement));
    return replacement;
}

/**
 * Removes a cluster that has to go. Pulumi could replace it, too, but object by object, and not where its state knows
 * no such cluster; without it, `recover` forgets at once all that died with it.
 * @throws UserError when something of it is left
 */
export function removeCluster({ plan, env }: Session, replacement: Replacement, report: Report): Promise<void> {
    const { cluster, provider } = replacement;
    return deleteCluster(provider, { project: plan.project, clusterName: cluster, env, report });
}

/** The same for a preview, which changes nothing. */
export async function foretellReplacement(session: Session, report: Report): Promise<void> {
    const replacement = await findReplacement(session);
    if (replacement?.is === "there") report(`up would say: ${replacementNotice(replacement)}`);
}

async function findReplacement({ plan, config }: Session): Promise<Replacement | undefined> {
    const { project, stack, clusterName } = plan;
    const state = readState(project, stack);
    const cluster = clusterAtStake(state, clusterName);
    return plannedReplacement({ settings: config, state, probe: await probeCluster(cluster), checkout: project });
}

/** The cluster that the state knows, by the inputs that it was made from. */
function stateCluster(state: Deployment | undefined): MadeFrom | undefined {
    const inputs = (state?.deployment.resources ?? []).find(isClusterIdentity)?.inputs;
    const environment = fields(inputs?.["environment"]);
    const { CLUSTER_NAME: name, CONFIG_HASH: configHash } = environment;
    if (typeof name !== "string" || typeof configHash !== "string") return undefined;
    return { name, configHash, environment, stdin: inputs?.["stdin"] };
}

function dataOf(state: Deployment | undefined, { provider }: ClusterRecord): readonly string[] {
    if (provider === "kwok") return ["objects, no data (its nodes are simulated)"];
    const types = new Set((state?.deployment.resources ?? []).map(({ type }) => type));
    const kept = Object.entries(DATA).flatMap(([type, text]) => (types.has(type) ? [text] : []));
    return [...kept, kept.length === 0 ? "everything that was put there" : "everything else that was put there"];
}
