import { readFileSync } from "node:fs";
import { probeCluster } from "../../components/cluster/probe";
import { kubeconfigPath } from "../../components/cluster/record";
import { UserError } from "../../components/config/problems";
import { RELEASE } from "../../components/core/type-tokens";
import { backendDir, cacheDir } from "../lib/paths";
import { capture } from "../lib/process";
import { interruptedReleases, type Deployment, type StuckRelease } from "../state/deployment";
import { clearStaleLocks } from "../state/locks";
import { endOrphans } from "../state/orphans";
import { deleteCluster, runClusterScript } from "./cluster-scripts";
import { statePath } from "./own-stack-file";
import type { StackPlan } from "./plan";
import { recoveredState, recoveryPlan, type RecoveryPlan } from "./recovery";
import type { Session } from "./session";

type Report = (line: string) => void;

/**
 * Brings a stack into a state that Pulumi can go on from: locks of killed runs are removed, a stopped cluster is
 * started, a simulated one that the state does not know is removed, what died with a cluster leaves the state, and what
 * a killed run left half done is made ready to be done again.
 * @throws UserError when another run is under way, or a Kind cluster does not start
 */
export async function recover(session: Omit<Session, "config">, report: Report): Promise<RecoveryPlan> {
    const { plan: stack, pulumi } = session;
    const { project, clusterName, provider } = stack;
    await endKilledRun(stack, report);
    if (provider === "existing") return clearPendingOnly(session, report);
    const probe = await probeCluster(clusterName);
    const state = readState(project, stack.stack);
    const facts = { probe, state, clusterName, checkout: project };
    let plan = recoveryPlan(facts);
    for (const note of plan.notes) report(note);
    if (plan.removeStray) await deleteCluster("kwok", { project, clusterName, env: session.env, report });
    if (plan.start && !(await start(session, report))) {
        plan = recoveryPlan({ ...facts, probe: { ...probe, state: "gone" } as typeof probe });
        for (const note of plan.notes) report(note);
    }
    if (plan.forgetCluster || plan.clearPending) {
        const exported = await pulumi.exportState();
        if (!plan.forgetCluster) await forgetReleases(session, exported, report);
        await pulumi.importState(recoveredState(exported, plan));
    }
    return plan;
}

/**
 * Removes the lock of a run that was killed, and ends what is left of it.
 * @throws UserError when another run is under way
 */
export async function endKilledRun(
    { project, stack }: Pick<StackPlan, "project" | "stack">,
    report: Report,
): Promise<void> {
    const cleared = clearStaleLocks(backendDir(project), stack);
    if (cleared === 0) return;
    report("removed the lock of a run that was killed");
    const ended = await endOrphans(cacheDir());
    if (ended > 0) report(`ended ${ended === 1 ? "a plugin" : `${ended} plugins`} that the kill had left at work`);
}

async function clearPendingOnly(session: Omit<Session, "config">, report: Report): Promise<RecoveryPlan> {
    const state = readState(session.plan.project, session.plan.stack);
    const nothing = { probe: { state: "absent" }, clusterName: "", checkout: session.plan.project } as const;
    const plan = recoveryPlan({ ...nothing, state: withoutResources(state) });
    for (const note of plan.notes) report(note);
    if (plan.clearPending) {
        await session.pulumi.importState(recoveredState(await session.pulumi.exportState(), plan));
    }
    return plan;
}

/** Without resources nothing is said of a cluster. */
function withoutResources(state: Deployment | undefined): Deployment | undefined {
    return state === undefined ? undefined : { ...state, deployment: { ...state.deployment, resources: [] } };
}

/** @returns false when a simulated cluster, which holds nothing that is worth keeping, has to be made anew */
async function start({ plan, env }: Omit<Session, "config">, report: Report): Promise<boolean> {
    const { project, clusterName, provider } = plan;
    const script = provider === "kind" ? "kind-start" : "kwok-start";
    const { status } = await runClusterScript(script, { project, clusterName, env, report });
    if (status === 0) return true;
    if (provider !== "kind") return false;
    throw new UserError(`cluster ${clusterName} does not start`, [
        {
            where: `cluster ${clusterName}`,
            what: "is there with its data, and does not come up; its messages are above",
            fix: `mend what they say, or remove it with its data: make down STACK=${plan.stack}`,
        },
    ]);
}

/**
 * Takes back what Helm remembers of installs and upgrades that were cut off. The objects stay: the next run's install
 * takes them over, since they carry the release's own marks.
 */
async function forgetReleases(
    { plan, env }: Omit<Session, "config">,
    state: Deployment,
    report: Report,
): Promise<void> {
    const kubeconfig = kubeconfigPath(plan.clusterName);
    for (const release of interruptedReleases(state)) {
        const args = ["--kubeconfig", kubeconfig, ...forgetArguments(release, state)];
        const { status, stdout, stderr } = await capture("kubectl", args, { env });
        if (status !== 0) report(`Helm's record of ${release.name} could not be removed: ${stderr.trim()}`);
        else if (hasDeleted(stdout)) report(`took back Helm's record of ${release.namespace}/${release.name}`);
    }
}

/** True when `kubectl delete secret` tells of a Secret. Where there is none it says so on standard output, too. */
export function hasDeleted(stdout: string): boolean {
    return /^secret "/m.test(stdout);
}

/**
 * Arguments of kubectl that delete Helm's record of a release: all of it when the state does not know the release,
 * else only of the revision that was not finished.
 */
export function forgetArguments({ name, namespace }: StuckRelease, state: Deployment): readonly string[] {
    const known = (state.deployment.resources ?? []).some(
        ({ type, inputs }) => type === RELEASE && inputs?.["name"] === name && inputs["namespace"] === namespace,
    );
    const unfinished = known ? ",status in (pending-install,pending-upgrade,pending-rollback)" : "";
    const selector = `owner=helm,name=${name}${unfinished}`;
    return [
        "delete",
        "secret",
        "--namespace",
        namespace,
        "--selector",
        selector,
        "--output",
        "name",
        "--ignore-not-found",
    ];
}

/** The state file, read without starting Pulumi; undefined when there is none. */
export function readState(project: string, stack: string): Deployment | undefined {
    try {
        const file: unknown = JSON.parse(readFileSync(statePath(project, stack), "utf8"));
        return deploymentOf(file);
    } catch {
        return undefined;
    }
}

/** A file of the file backend as `pulumi stack export` would give it. */
export function deploymentOf(file: unknown): Deployment | undefined {
    const { checkpoint } = file as { readonly checkpoint?: { readonly latest?: Deployment["deployment"] | null } };
    const latest = checkpoint?.latest ?? undefined;
    return latest === undefined ? undefined : { version: 3, deployment: latest };
}
