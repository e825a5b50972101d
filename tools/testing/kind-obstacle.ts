import { existsSync } from "node:fs";
import { withDefaults } from "../../components/config/defaults";
import { parseImage } from "../../components/config/images";
import { readEnvironment } from "../../components/config/read-environment";
import { KIND_NODE_IMAGE } from "../../components/config/versions";
import { projectRoot } from "../lib/paths";

/** Folder of image archives that the tests of the tier kind use instead of registries. */
export const IMAGES_VARIABLE = "HEARTH_TEST_IMAGES";

/** A registry that answers at all does so within this time. */
const REGISTRY_TIMEOUT_MS = 5000;

/** Why there can be no real Kind cluster on this machine, as a person would say it; undefined when there can. */
export async function kindObstacle(): Promise<string | undefined> {
    const { engines } = readEnvironment(projectRoot(), "dev-fast", withDefaults({ cluster: "kind" }));
    if (engines.length === 0) return "no container engine answers (docker, podman, nerdctl)";
    const archives = process.env[IMAGES_VARIABLE];
    if (archives !== undefined) {
        return existsSync(archives) ? undefined : `${IMAGES_VARIABLE} is ${archives}, and there is no such folder`;
    }
    const { registry = "" } = parseImage(KIND_NODE_IMAGE) ?? {};
    if (await answers(registry)) return undefined;
    return `${registry} does not answer, and ${IMAGES_VARIABLE} names no folder of image archives`;
}

async function answers(registry: string): Promise<boolean> {
    // Docker Hub's API is not at the host that references name.
    const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
    try {
        // Any answer is one: without credentials it is 401.
        await fetch(`https://${host}/v2/`, { method: "HEAD", signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS) });
        return true;
    } catch {
        return false;
    }
}
