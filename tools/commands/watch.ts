import { join } from "node:path";
import { gitopsOf, modeOf } from "../../components/config/resolve";
import { layersOf } from "../../components/config/layers";
import { treeOf } from "../../components/config/delivery";

import { sourceRoot } from "../delivery/sources";
import { ensureTools, neededTools } from "../install/ensure";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { Interrupted, inherit, type Environment } from "../lib/process";
import { writeTree } from "../lib/tree";
import { environmentNames, renderStack } from "../nix/render";
import { nixOnPath } from "../nix/nix";
import { Checkout } from "../push/checkout";
import { requireGitServer, withServed } from "../push/push";
import { readCheckedPlan, type StackPlan } from "../stack/plan";
import { recover } from "../stack/recover";
import { openSession } from "../stack/session";
import { stackKubeconfig } from "../token/stack-kubeconfig";
import type { Delivery } from "../watch/delivery";
import { GitDelivery } from "../watch/git-delivery";
import { watchStack } from "../watch/watch";

export const command: Command = {
    summary: "apply changes of the applications as they are saved",
    usage: `Usage: node tools/run.js watch [--stack NAME] [--preview]
       make watch STACK=NAME [ARGS=--preview]

Watches what the applications are made from: nix/ where Nix is on PATH, else the folders of
hearth:gitops.path and what their Kustomizations lead to; and the program with the stack's settings.
When files have rested for 200 ms (after 10 s at most), it makes anew what has changed, shows how it
differs from what was applied, and applies it as make up does: by Pulumi, or with Argo CD by the git
server in the cluster. What is wrong is shown, and the last good state stays. Ctrl-C ends it.

  --stack NAME  the stack (default dev-fast)
  --preview     shows and applies nothing`,
    options: { preview: "flag" },
    async run({ stack, flags }) {
        const project = projectRoot();
        const plan = readCheckedPlan(project, stack);
        const preview = flags.has("preview");
        const gitops = gitopsOf(plan.file.settings);
        const root = sourceRoot(gitops.path);
        const tools = await ensureTools(neededTools({ cluster: plan.provider }));
        // What make up is run with: for it, other variables may mean other tools.
        const own = { ...process.env };
        const [stop, abort] = [new AbortController(), new AbortController()];
        const watch = async (delivery: Delivery | undefined): Promise<void> => {
            const render = renderer(plan);
            await watchStack({
                ...{ project, stack, gitops, root, report: (line) => console.log(line) },
                applicationNamespaces: plan.file.settings.applicationNamespaces,
                ...(delivery === undefined ? {} : { delivery }),
                ...(render === undefined ? {} : { render }),
                runProgram: () => runProgram(stack, preview, own),
                stop: stop.signal,
                abort: abort.signal,
            });
        };
        // kubectl renders Kustomizations, and the engine runs the program in this process.
        Object.assign(process.env, tools.env);
        const forget = endOnSignals(stop, abort);
        try {
            if (preview) await watch(undefined);
            else if (layersOf(plan.file.settings).includes("argocd")) await watchByGit(plan, tools, root, watch);
            else await watch(await pulumiDelivery(plan, tools));
        } catch (error) {
            // A child was interrupted, and this was with it.
            if (!(error instanceof Interrupted)) throw error;
        } finally {
            forget();
        }
        console.log("no longer watching");
        return 0;
    },
};

type Tools = Awaited<ReturnType<typeof ensureTools>>;

async function watchByGit(
    plan: StackPlan,
    tools: Tools,
    root: string,
    watch: (delivery: Delivery) => Promise<void>,
): Promise<void> {
    requireGitServer(plan);
    const checkout = new Checkout(plan.project);
    await withServed(plan, tools, (served) => watch(new GitDelivery(checkout, served, root)));
}

/** @throws UserError when the stack is not up */
async function pulumiDelivery(plan: StackPlan, tools: Tools): Promise<Delivery> {
    await stackKubeconfig(plan);
    const session = await openSession(plan, tools, (line) => console.error(line));
    await recover(session, (line) => console.error(line));
    Object.assign(process.env, session.env);
    // Loaded late: it takes a second, and previews do without.
    const { PulumiDelivery } = await import("../watch/pulumi-delivery");
    return PulumiDelivery.open(session);
}

/** What renders the tree of the stack's mode; undefined where it is not rendered here. */
function renderer({ project, file: { settings } }: StackPlan): (() => Promise<unknown>) | undefined {
    const mode = modeOf(settings);
    // A tree of the user's own is not made by ours.
    if (settings.gitops.path !== "" || nixOnPath() === undefined) return undefined;
    if (!environmentNames(project).includes(mode)) return undefined;
    return async () => writeTree(join(project, treeOf(mode)), await renderStack(project, mode));
}

/** @returns whether it went well */
async function runProgram(stack: string, preview: boolean, env: Environment): Promise<boolean> {
    const args = preview ? ["preview", "--diff"] : ["up"];
    return (await inherit(process.execPath, ["tools/run.js", ...args, "--stack", stack], { env })) === 0;
}

/**
 * Ends the watch on a signal. Ctrl-C in a terminal reaches the engine as well, which then finishes the step that it is
 * at; a second word would have it drop that.
 * @returns what has signals do again what they did before
 */
function endOnSignals(stop: AbortController, abort: AbortController): () => void {
    const end = (signal: NodeJS.Signals): void => {
        stop.abort();
        if (signal !== "SIGINT" || process.stdin.isTTY !== true) abort.abort();
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, end);
    return () => {
        for (const signal of signals) process.off(signal, end);
    };
}
