import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { archivesFingerprint, readImagePlan } from "../../components/cluster/image-plan";
import { probeCluster } from "../../components/cluster/probe";
import { kubeconfigPath } from "../../components/cluster/record";
import { STAND_INS_DIR } from "../../components/config/charts";
import { OWN_IMAGES_DIR } from "../../components/config/own-images";
import { CHARTS_DIR, CHECKOUT_DIR } from "../../components/config/paths";
import { UserError } from "../../components/config/problems";
import { sha256 } from "../../components/core/hash";
import { gitopsOf } from "../../components/config/resolve";
import { sourcesHash } from "../delivery/sources";
import type { ToolSet } from "../install/tool-set";
import { ownImagesOf } from "../own-images/needed";
import { OWN_IMAGE_SPECS } from "../own-images/specs";
import { statePath, withoutSalt } from "../stack/own-stack-file";
import type { StackPlan } from "../stack/plan";
import {
    compareFingerprints,
    hashChangeTimes,
    hashContents,
    relevantVariables,
    type Fingerprint,
    type WarmVerdict,
} from "./fingerprint";
import { changeTimesAside } from "./change-times";
import { keysFingerprint } from "./keys";

/** What the program, and the commands that it starts, are made of. */
const PROGRAM = [
    "index.ts",
    "Pulumi.yaml",
    "Pulumi.README.md",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "components",
    "tools",
];

/**
 * Looks at the checkout's npm packages, which takes longer than all else; to be begun early, and never after the run
 * whose inputs they are.
 */
export function packagesFingerprint(project: string): Promise<string> {
    // Too large to read. The launcher keeps what it transpiles in .cache.
    return changeTimesAside(join(project, "node_modules"), ".cache");
}

/**
 * Everything that the outcome of a run depends on, apart from the state that it leaves.
 * @param packages of `packagesFingerprint`
 */
export async function inputsFingerprint(
    plan: StackPlan,
    tools: Pick<ToolSet, "key">,
    packages: Promise<string>,
): Promise<Fingerprint> {
    const { project, stack, file, environment, secretsFile } = plan;
    const archives = file.settings.imageArchives;
    const content = (path: string): string => hashContents(join(project, path));
    return {
        ...Object.fromEntries(PROGRAM.map((path) => [path, content(path)])),
        node_modules: await packages,
        [`Pulumi.${stack}.yaml`]: sha256(withoutSalt(readFileSync(join(project, `Pulumi.${stack}.yaml`), "utf8"))),
        // Argo CD's come from git.
        applications: file.settings.layers.includes("argocd") ? "" : sourcesHash(project, gitopsOf(file.settings)),
        charts: content(CHARTS_DIR),
        "stand-in charts": content(STAND_INS_DIR),
        [secretsFile]: content(secretsFile),
        // What they are made of, too: a changed program is to be built again.
        "own sources": sha256(
            ownImagesOf(plan)
                .map((id) => content(OWN_IMAGE_SPECS[id].sources))
                .join(),
        ),
        "own images": hashChangeTimes(join(project, OWN_IMAGES_DIR)),
        "image archives": archives === undefined ? archivesFingerprint([], []) : readImagePlan([archives]).fingerprint,
        "pinned tools": tools.key,
        machine: sha256(JSON.stringify([plan.provider, environment.engines, process.version])),
        ...relevantVariables(process.env),
    };
}

/**
 * What a finished run left behind: its state, and its cluster with the keys by which that signs tokens now, which the
 * waypoints were told.
 * @throws UserError when the cluster does not tell its keys
 */
async function outcomeFingerprint(plan: StackPlan, identity: string): Promise<Fingerprint> {
    return {
        state: hashContents(statePath(plan.project, plan.stack)),
        cluster: identity,
        ...(await keysFingerprint(plan.file.settings, kubeconfigPath(plan.clusterName))),
    };
}

/**
 * Whether an `up` would have nothing to do: the last one finished, nothing that it depended on has changed, and its
 * very cluster answers. Everything that is not known for sure means that there is something to do.
 */
export async function warmVerdict(
    plan: StackPlan,
    tools: Pick<ToolSet, "key">,
    packages: Promise<string>,
): Promise<WarmVerdict> {
    if (plan.provider === "existing") return { warm: false, because: "an existing cluster is always looked at" };
    const before = readMark(plan);
    if (before === undefined) return { warm: false, because: "there is no finished run to compare with" };
    const probe = await probeCluster(plan.clusterName);
    if (probe.state !== "alive") return { warm: false, because: `the cluster is ${probe.state}` };
    const outcome = await known(outcomeFingerprint(plan, probe.record.identity));
    if (outcome === undefined) return { warm: false, because: "the cluster does not tell its keys" };
    return compareFingerprints(before, { ...(await inputsFingerprint(plan, tools, packages)), ...outcome });
}

/** What the cluster told; undefined when it did not. */
async function known<T>(told: Promise<T>): Promise<T | undefined> {
    try {
        return await told;
    } catch (error) {
        if (error instanceof UserError) return undefined;
        throw error;
    }
}

/** Remembers a finished run. `inputs` were taken before it began: what changed during the run counts as changed. */
export async function rememberRun(plan: StackPlan, inputs: Fingerprint): Promise<void> {
    const probe = await probeCluster(plan.clusterName);
    if (probe.state !== "alive") return;
    const outcome = await known(outcomeFingerprint(plan, probe.record.identity));
    // Without it the next run looks at everything, which is right.
    if (outcome === undefined) return;
    const path = markPath(plan);
    mkdirSync(join(plan.project, CHECKOUT_DIR, "warm"), { recursive: true });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ ...inputs, ...outcome }, undefined, 2));
    renameSync(draft, path);
}

/** Forgets the last finished run. */
export function forgetRun(plan: Pick<StackPlan, "project" | "stack">): void {
    rmSync(markPath(plan), { force: true });
}

function markPath({ project, stack }: Pick<StackPlan, "project" | "stack">): string {
    return join(project, CHECKOUT_DIR, "warm", `${stack}.json`);
}

function readMark(plan: StackPlan): Fingerprint | undefined {
    const path = markPath(plan);
    if (!existsSync(path)) return undefined;
    try {
        const value: unknown = JSON.parse(readFileSync(path, "utf8"));
        return value !== null && typeof value === "object" ? ({ ...value } as Fingerprint) : undefined;
    } catch {
        return undefined;
    }
}
