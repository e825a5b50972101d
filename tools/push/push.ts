import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { namespaceOfFolder } from "../../components/config/delivery";
import { layersOf } from "../../components/config/layers";
import { UserError } from "../../components/config/problems";
import { gitopsOf } from "../../components/config/resolve";
import type { GitopsConfig } from "../../components/config/schema";
import { folderMatches } from "../../components/delivery/read-tree";
import { applicationName } from "../../components/delivery/tree";
import type { ToolSet } from "../install/tool-set";
import type { Environment } from "../lib/process";
import type { StackPlan } from "../stack/plan";
import { withTemporaryFolder } from "../stack/temporary";
import { stackKubeconfig } from "../token/stack-kubeconfig";
import { ArgoCdClient } from "./argocd";
import type { Checkout } from "./checkout";
import { awaitSync, type AwaitOptions } from "./deliver";
import { pushTo } from "./git-server";
import type { Verdict } from "./verdict";

/** A stack whose applications come from its own git server. */
export interface Served {
    readonly stack: string;
    readonly gitops: GitopsConfig;
    readonly applicationNamespaces: readonly string[];
    /** Variables of kubectl and git, with KUBECONFIG. */
    readonly env: Environment;
}

/**
 * Whether a stack has a git server that something can be pushed to.
 * @throws UserError that says who delivers its applications instead
 */
export function requireGitServer({ stack, provider, file: { settings } }: StackPlan): void {
    const refused = (what: string, fix: string): UserError =>
        new UserError("there is no git server to push to", [{ where: `stack ${stack}`, what, fix }]);
    if (!settings.layers.includes("argocd")) {
        throw refused("has its applications from Pulumi, straight from the checkout", `make up STACK=${stack}`);
    }
    if (!layersOf(settings).includes("git-server")) {
        throw refused(
            "has its applications from hearth:gitops.repository",
            "git push there, as ever; Argo CD looks within a minute",
        );
    }
    if (provider === "kwok") {
        throw refused(
            "runs on a simulated cluster, where no program of Argo CD's and no git server is at work",
            `start a container engine; or try the tree where Pulumi applies it, with make up STACK=dev-fast`,
        );
    }
}

/**
 * Runs an action with the way to a stack's cluster: the tools on PATH, and its kubeconfig in a file that only this user
 * can read and that goes with the action.
 * @throws UserError when the stack is not up
 */
export async function withServed<T>(
    plan: StackPlan,
    tools: Pick<ToolSet, "env">,
    action: (served: Served) => Promise<T>,
): Promise<T> {
    const kubeconfig = await stackKubeconfig(plan);
    return withTemporaryFolder(plan.project, async (folder) => {
        const path = join(folder, "kubeconfig");
        writeFileSync(path, kubeconfig, { mode: 0o600 });
        chmodSync(path, 0o600);
        const { settings } = plan.file;
        return action({
            stack: plan.stack,
            gitops: gitopsOf(settings),
            applicationNamespaces: settings.applicationNamespaces,
            env: { ...process.env, ...tools.env, KUBECONFIG: path },
        });
    });
}

/** The folders of a commit that are an application each, sorted. */
export async function foldersAt(
    checkout: Checkout,
    commit: string,
    { path, without = [] }: Pick<GitopsConfig, "path" | "without">,
): Promise<readonly string[]> {
    const listed = await checkout.git("ls-tree", "-r", "-d", "-z", "--name-only", "--full-tree", commit);
    return listed
        .split("\0")
        .filter((folder) => folderMatches(folder, path) && !without.some((glob) => folderMatches(folder, glob)))
        .sort();
}

/**
 * Brings a commit to the stack's git server, has Argo CD look at once, and waits for what comes of it.
 * @throws UserError when the commit does not get there, or Argo CD does not finish
 */
export async function deliverCommit(
    checkout: Checkout,
    commit: string,
    { stack, gitops, applicationNamespaces, env }: Served,
    options: AwaitOptions = {},
): Promise<Verdict> {
    const applications = (await foldersAt(checkout, commit, gitops)).flatMap((folder) => {
        const namespace = namespaceOfFolder(folder, applicationNamespaces);
        return namespace === undefined ? [] : [applicationName(folder, namespace)];
    });
    await pushTo(checkout, commit, { stack, env, revision: gitops.revision });
    const argocd = new ArgoCdClient(env);
    await argocd.refresh();
    return awaitSync(argocd, { commit, applications }, options);
}
