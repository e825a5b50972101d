import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { capture } from "../lib/process";
import { quote } from "../lib/shell";

/** Entry of a stand-in's sources, relative to the project. */
export function standInEntry(folder: string): string {
    return join("tools", "plugins", folder, "main.ts");
}

/**
 * Bundles one of our own plugins into a folder: one file of JavaScript without any dependency, what starts it with its
 * code compiled, and a script for the engine. `final` is where the folder will be in the end, since the script has to name
 * its program absolutely: the engine starts it through a link. Nothing of it leads back to the checkout.
 */
export async function bundleStandIn(
    project: string,
    standIn: string,
    binary: string,
    folder: string,
    final: string,
): Promise<void> {
    const entry = join(project, standInEntry(standIn));
    if (!existsSync(entry)) throw new Error(`${standInEntry(standIn)} is missing`);
    const { build } = await import("esbuild");
    await build({
        entryPoints: [entry],
        outfile: join(folder, PROGRAM),
        bundle: true,
        platform: "node",
        target: "node20",
        format: "cjs",
        keepNames: true,
        legalComments: "none",
        logLevel: "silent",
        tsconfig: join(project, "tsconfig.json"),
    });
    copyFileSync(CODE_CACHE, join(folder, basename(CODE_CACHE)));
    writeFileSync(join(folder, `${binary}.js`), STARTER);
    writeFileSync(join(folder, binary), launcher(join(final, `${binary}.js`)), { mode: 0o755 });
    // Ends by itself, unlike a plugin that is in use, and so leaves its code behind.
    await capture("node", [join(folder, `${binary}.js`), "--version"], {});
}

const PROGRAM = "main.js";
const CODE_CACHE = join(__dirname, "..", "code-cache.js");
const STARTER = `"use strict";
require("./code-cache").keepCode(__dirname, require("node:path").join(__dirname, "main.code"));
require("./${PROGRAM}");
`;

/** A script that starts a program in Node, whichever is on PATH then. */
export function launcher(program: string): string {
    return `#!/bin/sh\nexec node ${quote(program)} "$@"\n`;
}
