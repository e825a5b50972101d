import { UserError } from "../../components/config/problems";
import { buildCollector, collectorImageArchive } from "../collector/build";
import { checkGenerated, REGENERATE } from "../collector/generated";
import { STORE_SUBSETS, validateConfigs } from "../collector/validate";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";

export const command: Command = {
    summary: "build the OpenTelemetry Collector",
    usage: `Usage: node tools/run.js collector [--image] [--validate] [--check-generated]

Builds the collector from collector/src into the cache, unless it is there, and prints its path.

  --image            also writes its image as an archive (docker load, kind load image-archive)
  --validate         has it check its configuration for every combination of layers
  --check-generated  only checks that collector/src is what the builder makes of collector/manifest.yaml`,
    options: { image: "flag", validate: "flag", "check-generated": "flag" },
    async run({ flags }) {
        if (flags.has("check-generated")) return check();
        const report = (line: string): void => console.error(line);
        const binary = await buildCollector({ report });
        console.log(binary);
        if (flags.has("image")) {
            const image = await collectorImageArchive({ report });
            console.log(`${image.path} (${image.reference}, sha256 ${image.sha256})`);
        }
        return flags.has("validate") ? validate(binary) : 0;
    },
};

async function check(): Promise<number> {
    const result = await checkGenerated(projectRoot());
    if ("skipped" in result) {
        console.log(`skipped: ${result.skipped}`);
        return 0;
    }
    if (result.differing.length === 0) {
        console.log("collector/src is what the builder makes of collector/manifest.yaml");
        return 0;
    }
    throw new UserError(
        "collector/src is not what the builder makes of collector/manifest.yaml",
        result.differing.map((file) => ({ where: `collector/src/${file}`, what: "differs", fix: REGENERATE })),
    );
}

async function validate(binary: string): Promise<number> {
    const refusals = await validateConfigs(binary);
    for (const { layers, reason } of refusals) console.error(`refused with [${layers.join(", ")}]: ${reason}`);
    console.log(`${STORE_SUBSETS.length - refusals.length} of ${STORE_SUBSETS.length} configurations are valid`);
    return refusals.length === 0 ? 0 : 1;
}
