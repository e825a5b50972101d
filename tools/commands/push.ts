import { ensureTools, neededTools } from "../install/ensure";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { Checkout } from "../push/checkout";
import { installHook, removeHook } from "../push/hook";
import { deliverCommit, requireGitServer, withServed } from "../push/push";
import { verdictLines } from "../push/verdict";
import { sourceRoot } from "../delivery/sources";
import { gitopsOf } from "../../components/config/resolve";
import { readCheckedPlan } from "../stack/plan";

export const command: Command = {
    summary: "bring the checkout to the stack's git server, and Argo CD to it",
    usage: `Usage: node tools/run.js push [--stack NAME] [--uncommitted] [--hook | --no-hook]
       make push STACK=full [ARGS=--uncommitted]

For a stack with Argo CD and without hearth:gitops.repository: brings the commit that is checked out to
the git server in its cluster, has Argo CD look at once, and prints what came of each application, or
why nothing did. Your branches stay as they are.

  --stack NAME   the stack (default dev-fast)
  --uncommitted  takes the applications' folders as they are on disk, committed or not
  --hook         makes a git hook that does this after each commit, and does nothing else
  --no-hook      removes that hook`,
    options: { uncommitted: "flag", hook: "flag", "no-hook": "flag" },
    async run({ stack, flags }) {
        const project = projectRoot();
        const plan = readCheckedPlan(project, stack);
        const checkout = new Checkout(project);
        if (flags.has("no-hook")) {
            const removed = await removeHook(project, checkout);
            console.log(removed === undefined ? "there is no hook of ours" : `removed ${removed}`);
            return 0;
        }
        requireGitServer(plan);
        if (flags.has("hook")) {
            console.log(`made ${await installHook(project, checkout, stack)}`);
            return 0;
        }
        const folders = [sourceRoot(gitopsOf(plan.file.settings).path)];
        const pending = await checkout.uncommitted(folders);
        const commit = flags.has("uncommitted") ? await checkout.snapshot(folders) : await checkout.head();
        if (pending.length > 0 && !flags.has("uncommitted")) {
            console.error(`not committed, and so left behind: ${pending.join(", ")} (--uncommitted takes them along)`);
        }
        const tools = await ensureTools(neededTools({ cluster: plan.provider }));
        const verdict = await withServed(plan, tools, (served) => deliverCommit(checkout, commit, served));
        for (const line of verdictLines(verdict)) console.log(line);
        return verdict.well ? 0 : 1;
    },
};
