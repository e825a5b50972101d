import { createHash } from "node:crypto";
import { createReadStream, type Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ValueMap } from "../provider-lib/values";
import { ARCHIVE, ASSET, SIGNATURE_KEY } from "../provider-lib/wire";
import { globExpression } from "./glob";

/**
 * The files under a directory that the globs choose, as assets by their path in it. Globs are looked at in order, and
 * one that starts with ! takes out what those before it have chosen.
 */
export async function findAssets(dir: string, globs: readonly string[]): Promise<ValueMap> {
    const rules = globs.map((glob) => ({
        expression: globExpression(glob.replace(/^!/, "")),
        excludes: glob.startsWith("!"),
    }));
    const files = (await filesUnder(dir)).filter((file) =>
        rules.reduce((chosen, { expression, excludes }) => (expression.test(file) ? !excludes : chosen), false),
    );
    const assets: [string, ValueMap][] = [];
    for (const file of files) {
        const path = join(dir, file);
        assets.push([file, { [SIGNATURE_KEY]: ASSET, hash: await sha256(path), path }]);
    }
    return Object.fromEntries(assets);
}

/** An archive of assets. It has no hash: Pulumi's is that of a tar file as Go writes it; the engine does without. */
export function archiveOf(assets: ValueMap): ValueMap {
    return { [SIGNATURE_KEY]: ARCHIVE, assets };
}

/** Paths relative to the directory, with / between their parts. A link counts as a file and is not followed. */
async function filesUnder(dir: string, under = ""): Promise<readonly string[]> {
    const entries = await readdir(join(dir, under), { withFileTypes: true });
    const nested = await Promise.all(
        entries.map((entry: Dirent) => {
            const path = under === "" ? entry.name : `${under}/${entry.name}`;
            return entry.isDirectory() ? filesUnder(dir, path) : [path];
        }),
    );
    return nested.flat();
}

async function sha256(path: string): Promise<string> {
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash);
    return hash.digest("hex");
}
