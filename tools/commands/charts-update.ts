import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../charts/files";
import { REGISTRY, updateChart } from "../charts/update";
import { UsageError, type Command } from "../lib/command";
import { projectRoot } from "../lib/paths";

export const command: Command = {
    summary: "pin another version of a chart, with all its hashes",
    usage: `Usage: node tools/run.js charts-update --name NAME --version VERSION [--mirror WHERE]

Downloads a chart and writes its version and hashes into the registry that TypeScript and Nix read
(components/config/registry.json); of what is made of manifests, those of every manifest. Then says
what belongs to it and is a person's to decide: images, charts of the same product.

  --name NAME        a chart of the registry
  --version VERSION  exact version, like 1.2.3
  --mirror WHERE     instead of its public repository: a folder, http(s)://… or oci://…; then the
                     archive's own hash is left out, since mirrors package anew`,
    options: { name: "value", version: "value", mirror: "value" },
    async run({ values }) {
        const [name, version, mirror] = ["name", "version", "mirror"].map((option) => values.get(option));
        const missing = Object.entries({ name, version }).filter(([, value]) => value === undefined);
        if (name === undefined || version === undefined) {
            throw new UsageError(
                "charts-update cannot do that",
                missing.map(([option]) => ({ where: `--${option}`, what: "is missing", fix: MAKE })),
            );
        }
        const project = projectRoot();
        const path = join(project, REGISTRY);
        const update = { project, name, version, ...(mirror === undefined ? {} : { mirror }) };
        const { text, notes } = await updateChart(readFileSync(path, "utf8"), update);
        writeAtomically(path, text);
        for (const note of notes) console.log(note);
        console.log(`${REGISTRY} is written; make docs brings the tables up to date, make test judges it`);
        return 0;
    },
};

const MAKE = "make charts-update NAME=loki VERSION=1.2.3";
