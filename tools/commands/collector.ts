import { join } from "node:path";
import { UserError } from "../../components/config/problems";
import { writeAtomically } from "../charts/files";
import { checkGenerated, REGENERATE, writeGenerated } from "../collector/generated";
import { committedHashes, computeHashes, differingHashes, hashesText, NIX_HASHES } from "../collector/nix-hashes";
import { STORE_SUBSETS, validateConfigs } from "../collector/validate";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { buildProgram, ownImageArchive } from "../own-images/build";
import { COLLECTOR_IMAGE } from "../own-images/specs";

export const command: Command = {
    summary: "build the OpenTelemetry Collector",
    usage: `Usage: node tools/run.js collector [--image] [--validate] [--check-generated]
       [--write-generated] [--check-hashes] [--write-hashes]

Builds the collector from collector/src into the cache, unless it is there, and prints its path.

  --image            also writes its image as an archive (docker load, kind load image-archive)
  --validate         has it check its configuration for every combination of layers
  --check-generated  only checks that collector/src is what the builder makes of collector/manifest.yaml
  --write-generated  only makes it, and says what else belongs to it
  --check-hashes     only checks the hashes that Nix builds it with (nix/collector-hashes.json)
  --write-hashes     only computes and writes them`,
    options: {
        image: "flag",
        validate: "flag",
        "check-generated": "flag",
        "write-generated": "flag",
        "check-hashes": "flag",
        "write-hashes": "flag",
    },
    async run({ flags }) {
        if (flags.has("write-generated")) return generate();
        if (flags.has("check-generated")) return check();
        if (flags.has("check-hashes") || flags.has("write-hashes")) return hashes(flags.has("write-hashes"));
        const report = (line: string): void => console.error(line);
        const binary = await buildProgram(COLLECTOR_IMAGE, { report });
        console.log(binary);
        if (flags.has("image")) {
            const image = await ownImageArchive(COLLECTOR_IMAGE, { report });
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

async function generate(): Promise<number> {
    const skipped = await writeGenerated(projectRoot());
    if (skipped !== undefined) {
        console.error(`collector/src is as it was: ${skipped}`);
        return 1;
    }
    console.log("made collector/src; node tools/run.js collector --write-hashes writes its hash for Nix");
    return 0;
}

async function hashes(write: boolean): Promise<number> {
    const project = projectRoot();
    const computed = await computeHashes(project);
    if ("skipped" in computed) {
        console.log(`skipped: ${computed.skipped}`);
        return 0;
    }
    const differing = differingHashes(committedHashes(project), computed);
    if (differing.length === 0) {
        console.log(`${NIX_HASHES} has the hashes of collector/src and of the builder`);
        return 0;
    }
    if (!write) {
        throw new UserError(
            `${NIX_HASHES} is not up to date`,
            differing.map((name) => ({
                where: name,
                what: "is not the hash of what is there",
                fix: "node tools/run.js collector --write-hashes",
            })),
        );
    }
    writeAtomically(join(project, NIX_HASHES), hashesText(computed));
    console.log(`wrote ${differing.join(", ")} into ${NIX_HASHES}`);
    return 0;
}

async function validate(binary: string): Promise<number> {
    const refusals = await validateConfigs(binary);
    for (const { layers, reason } of refusals) console.error(`refused with [${layers.join(", ")}]: ${reason}`);
    console.log(`${STORE_SUBSETS.length - refusals.length} of ${STORE_SUBSETS.length} configurations are valid`);
    return refusals.length === 0 ? 0 : 1;
}
