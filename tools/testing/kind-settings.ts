import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../components/config/problems";
import type { Environment } from "../lib/process";
import { hearthSettings } from "../stack/stack-file";

/**
 * Names a file that is written like a stack's (`config:` with `hearth:` settings). What it sets is laid over the preset
 * that the tier kind brings up: for machines where no registry answers, or where not every layer can be had. Paths in
 * it are absolute.
 */
export const SETTINGS_VARIABLE = "HEARTH_TEST_KIND_SETTINGS";

/** Added to every host port, so that the tests get on with a stack that is in use on this machine. */
const PORT_OFFSET = 1000;

type Given = Readonly<Record<string, unknown>>;

/** Settings of the tests' stack: a preset's, with others laid over them; always on a Kind cluster. */
export function testSettings(preset: Given, over: Given): Given {
    return { ...preset, portOffset: PORT_OFFSET, ...over, cluster: "kind" };
}

/**
 * Reads what `testSettings` puts together.
 * @param preset name of the stack file that is the base
 * @throws UserError when a file is missing or is no YAML map
 */
export function readTestSettings(project: string, preset: string, env: Environment = process.env): Given {
    const over = env[SETTINGS_VARIABLE];
    return testSettings(read(join(project, `Pulumi.${preset}.yaml`)), over === undefined ? {} : read(over));
}

function read(path: string): Given {
    if (existsSync(path)) return hearthSettings(path, readFileSync(path, "utf8"));
    throw new UserError("the settings of the tests' stack cannot be read", [
        { where: path, what: "there is no such file", fix: `correct --stack or ${SETTINGS_VARIABLE}` },
    ]);
}
