import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../components/config/problems";
import { checksum } from "../../components/core/hash";
import { GO_ENVIRONMENT } from "../install/keys";
import type { Environment } from "../lib/process";
import { failure } from "./go-says";

const run = promisify(execFile);

/** Folder of the Go module that pins the builder by version and sums, relative to the project. */
export const BUILDER_MODULE = join("collector", "builder");

/** Path of the program, or why there is none here. */
export type BuilderResult = { readonly program: string } | { readonly skipped: string };

/**
 * The program that makes the sources of the manifest, built once into the cache (40 s with nothing cached by Go).
 * Skipped without Go or its modules.
 * @throws UserError with what Go says about a module that is not in order
 */
export async function builderProgram(
    project: string,
    cache: string,
    env: Environment = process.env,
): Promise<BuilderResult> {
    const module = join(project, BUILDER_MODULE);
    const folder = join(cache, "builder", builderKey(module));
    const program = join(folder, "builder");
    if (existsSync(program)) return { program };
    mkdirSync(folder, { recursive: true });
    // Beside it first, so that nobody runs half a program.
    const draft = `${program}.${process.pid}.draft`;
    try {
        // `tool` is what go.mod names as its tool.
        await run("go", ["build", "-o", draft, "tool"], { cwd: module, env: { ...env, ...GO_ENVIRONMENT } });
        renameSync(draft, program);
    } catch (error) {
        const { says, outOfReach } = failure(error);
        if (outOfReach !== undefined) return { skipped: `the builder cannot be built: ${outOfReach}` };
        throw new UserError("the collector's builder was not built", [
            {
                where: BUILDER_MODULE,
                what: `go build refuses it: ${says}`,
                fix: `mend what Go says; \`go mod tidy\` in ${BUILDER_MODULE} makes go.mod and go.sum fit together`,
            },
        ]);
    } finally {
        rmSync(draft, { force: true });
    }
    return { program };
}

/** What decides the program, but for Go's own version. */
function builderKey(module: string): string {
    const files = ["go.mod", "go.sum"].map((file) => readFileSync(join(module, file), "utf8"));
    return checksum([files, GO_ENVIRONMENT]);
}
