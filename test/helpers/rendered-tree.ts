import { readdirSync } from "node:fs";
import { join } from "node:path";
import { MANIFESTS_DIR } from "../../components/config/delivery";
import { readTree } from "../../tools/lib/tree";
import { parseManifests, type Manifest } from "./manifests";

/** One object of a rendered tree, and where it stands. */
export interface RenderedObject {
    readonly stack: string;
    /** Folder of the application. */
    readonly application: string;
    /** Name of the file. */
    readonly file: string;
    readonly manifest: Manifest;
}

/** Stacks with a rendered tree. */
export const RENDERED_STACKS = readdirSync(MANIFESTS_DIR).sort();

/** All objects of a stack's committed tree. @throws Error for a file that is not an application's manifest */
export function renderedObjects(stack: string): readonly RenderedObject[] {
    return [...readTree(join(MANIFESTS_DIR, stack))].flatMap(([path, text]) => {
        const [application = "", file, ...deeper] = path.split("/");
        if (file === undefined || deeper.length > 0 || !file.endsWith(".yaml")) {
            throw new Error(`${path} is not <application>/<Kind>-<name>.yaml`);
        }
        const manifests = parseManifests(text);
        if (manifests.length === 0) throw new Error(`${path} has no object`);
        return manifests.map((manifest) => ({ stack, application, file, manifest }));
    });
}
