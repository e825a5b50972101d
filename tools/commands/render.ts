import { join } from "node:path";
import { MANIFESTS_DIR } from "../../components/config/delivery";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { writeTree } from "../lib/tree";
import { environmentNames, renderStack } from "../nix/render";

export const command: Command = {
    summary: "render the applications' manifests with Nix",
    usage: `Usage: node tools/run.js render [STACK...] [-- NIX OPTIONS]

Has Nixidy render the applications of nix/ into manifests/<stack>, and prints which files changed;
for all stacks of nix/stacks unless some are named. The result is committed, so that nothing needs
Nix to run; nix flake check tells when it is stale.`,
    positionals: true,
    passThrough: true,
    async run({ positionals, rest }) {
        const project = projectRoot();
        for (const stack of positionals.length > 0 ? positionals : environmentNames(project)) {
            const folder = join(MANIFESTS_DIR, stack);
            const { written, removed } = writeTree(join(project, folder), await renderStack(project, stack, rest));
            for (const path of written) console.log(`wrote ${join(folder, path)}`);
            for (const path of removed) console.log(`removed ${join(folder, path)}`);
            if (written.length + removed.length === 0) console.log(`${folder} is up to date`);
        }
        return 0;
    },
};
