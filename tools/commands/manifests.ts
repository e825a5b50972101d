import { existsSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve } from "node:path";
import { CHECKOUT_DIR } from "../../components/config/paths";
import { UserError } from "../../components/config/problems";
import { secretsFileAt } from "../../components/secrets/file";
import { hasLayer } from "../../components/config/schema";
import { ensureTools, neededTools } from "../install/ensure";
import type { Command } from "../lib/command";
import { cacheDir, projectRoot, stateDir } from "../lib/paths";
import { writeTree, type Tree } from "../lib/tree";
import { deliveredFiles } from "../manifests/delivered";
import { freshPreview } from "../manifests/fresh-preview";
import { stackTree } from "../manifests/stack-tree";
import { renderReleases } from "../policy/rendering";
import { readCheckedPlan } from "../stack/plan";
import { openSession } from "../stack/session";

/** By this file a folder is known as one whose content may be replaced. */
const MARK = ".hearth-manifests";

const NOTHING: Tree = new Map();

export const command: Command = {
    summary: "write all that a stack applies to a folder",
    usage: `Usage: node tools/run.js manifests [--stack NAME] [--out FOLDER]

Renders everything that a stack would apply, a file for each object: the program's own objects, what its
charts install, and what is no object of Kubernetes. No cluster is asked, and none is needed; the same
program and settings give the same bytes, so that two folders can be compared (node tools/run.js help
manifests-diff). Secrets are hidden. Prints how many files it wrote, removed and left alone.

  --stack NAME  the stack (default dev-fast)
  --out FOLDER  where to (default ${CHECKOUT_DIR}/manifests/<stack>); files in it that are none of these are removed`,
    options: { out: "value" },
    async run({ stack, values }) {
        const report = (line: string): void => console.error(line);
        const project = projectRoot();
        const plan = readCheckedPlan(project, stack);
        const folder = resolve(values.get("out") ?? join(project, CHECKOUT_DIR, "manifests", stack));
        refuseStrangers(folder);
        const tools = await ensureTools(neededTools({ cluster: plan.provider, charts: true }));
        const session = await openSession(plan, tools, report);
        const preview = await freshPreview(session);
        const { objects, unseen } = await renderReleases(preview, { cwd: project, env: session.env });
        for (const what of unseen) report(`left out: ${what}`);
        const resources = [...preview.resources].map(([urn, resource]) => ({ urn, ...resource }));
        const { config } = session;
        const delivered = hasLayer(config, "git-server") ? deliveredFiles(project, config.gitops) : NOTHING;
        const secrets = secretsFileAt(config.secretsFile);
        const objectFiles = stackTree({ resources, releases: objects, delivered }, [
            [project, "<checkout>"],
            // Two checkouts have two passphrases, and so two files.
            ...(secrets === undefined ? [] : [[secrets.sha256, "<content of the secrets file>"] as const]),
            [stateDir(), "<state>"],
            [cacheDir(), "<cache>"],
            [homedir(), "<home>"],
        ]);
        const tree = new Map([[MARK, `what make manifests wrote for stack ${stack}\n`], ...objectFiles]);
        const { written, removed } = writeTree(folder, tree);
        const same = tree.size - written.length;
        console.log(
            `${relative(process.cwd(), folder) || "."}: wrote ${written.length}, removed ${removed.length}, left ${same}`,
        );
        return 0;
    },
};

/** @throws UserError where somebody else's files would be removed */
function refuseStrangers(folder: string): void {
    if (!existsSync(folder)) return;
    const strange =
        !statSync(folder).isDirectory() || (readdirSync(folder).length > 0 && !existsSync(join(folder, MARK)));
    if (!strange) return;
    throw new UserError("the manifests cannot be written there", [
        {
            where: folder,
            what: "is there already, and make manifests has not made it",
            fix: "name a folder that is new or empty",
        },
    ]);
}
