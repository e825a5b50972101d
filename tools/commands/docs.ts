import { UserError } from "../../components/config/problems";
import { staleDocuments, writeDocuments } from "../docs/generated";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";

export const command: Command = {
    summary: "write the generated tables of the documentation",
    usage: `Usage: node tools/run.js docs [--check]

Writes the blocks of README.md, docs/*.md and Pulumi.yaml that are generated: settings, ports,
layers, namespaces, flows, versions, tools, commands, Secrets. Their facts are in
components/config, components/flows, components/secrets and tools/, and nowhere else.

  --check  writes nothing, and fails when a block is not up to date`,
    options: { check: "flag" },
    async run({ flags }) {
        if (flags.has("check")) return check();
        const changed = await writeDocuments(projectRoot());
        console.log(changed.length === 0 ? "everything is up to date" : `changed ${changed.join(", ")}`);
        return 0;
    },
};

async function check(): Promise<number> {
    const stale = await staleDocuments(projectRoot());
    if (stale.length > 0) {
        const fix = "make docs";
        throw new UserError(
            "the documentation is not up to date",
            stale.map((file) => ({ where: file, what: "has an old generated block", fix })),
        );
    }
    console.log("everything is up to date");
    return 0;
}
