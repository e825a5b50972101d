import { UserError } from "../../components/config/problems";
import { buildCollector, collectorImageArchive } from "../collector/build";
import { checkGenerated, REGENERATE } from "../collector/generated";
import { STORE_SUBSETS, validateConfigs } from "../collector/validate";

export const summary = "build the OpenTelemetry Collector";

export const help = `Usage: node tools/run.js collector [--image] [--validate] [--check-generated]

Builds the collector from collector/src into the cache, unless it is there, and prints its path.

  --image            also writes its image as an archive (docker load, kind load image-archive)
  --validate         has it check its configuration for every combination of layers
  --check-generated  only checks that collector/src is what the builder makes of collector/manifest.yaml`;

const FLAGS = ["--image", "--validate", "--check-generated"];

/** Runs the command. @returns the exit status */
export async function run(args: readonly string[]): Promise<number> {
    const unknown = args.filter((arg) => !FLAGS.includes(arg));
    if (unknown.length > 0) {
        throw new UserError(
            "collector cannot do that",
            unknown.map((arg) => ({
                where: arg,
                what: "is not an option",
                fix: `leave it out; there are ${FLAGS.join(", ")}`,
            })),
        );
    }
    if (args.includes("--check-generated")) return check();
    const report = (line: string): void => console.error(line);
    const binary = await buildCollector({ report });
    console.log(binary);
    if (args.includes("--image")) {
        const image = await collectorImageArchive({ report });
        console.log(`${image.path} (${image.reference}, sha256 ${image.sha256})`);
    }
    return args.includes("--validate") ? validate(binary) : 0;
}

async function check(): Promise<number> {
    const result = await checkGenerated(process.cwd());
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
