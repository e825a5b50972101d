import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { MANIFESTS_DIR } from "../../components/config/delivery";
import { formatImage, parseImage } from "../../components/config/images";
import { writeAtomically } from "../charts/files";
import { REGISTRY } from "../charts/update";
import { sourcesTag } from "./recipe";
import type { OwnImageSpec } from "./specs";

/**
 * Writes the tag that an image's sources make wherever its name stands: into the registry of versions, of which all
 * else is made, and into the rendered manifests, so that a machine without Nix can change the program, too.
 * @returns files that changed, relative to the project
 */
export function writeTag(project: string, spec: OwnImageSpec): readonly string[] {
    const parsed = parseImage(spec.image.reference);
    if (parsed === undefined) throw new Error(`${spec.image.reference} is not an image reference`);
    const { registry, repository } = parsed;
    const name = formatImage({ registry, repository });
    const reference = formatImage({ registry, repository, tag: sourcesTag(project, spec) });
    const known = new RegExp(`${name.replaceAll(".", "\\.")}:[0-9a-f]+`, "g");
    const rendered = readdirSync(join(project, MANIFESTS_DIR), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".yaml"))
        .map((path) => join(MANIFESTS_DIR, path));
    return [REGISTRY, ...rendered].filter((path) => {
        const is = readFileSync(join(project, path), "utf8");
        const shouldBe = is.replaceAll(known, reference);
        if (shouldBe !== is) writeAtomically(join(project, path), shouldBe);
        return shouldBe !== is;
    });
}
