import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseDocument } from "yaml";
import { capture, type Environment, type Result } from "../lib/process";

/** A copy of this checkout with a state of its own, so that nothing of the user's stacks is touched. */
export class ScratchCheckout {
    public readonly folder: string;
    private readonly base: string;

    private constructor(private readonly variables: Environment) {
        this.base = mkdtempSync(join(tmpdir(), "hearth-bench-"));
        // The name of the folder is part of what Pulumi shows, not of what it does.
        this.folder = join(this.base, "hearth");
    }

    /** Copies what git knows of, as it is on disk now, and node_modules by hard links. */
    public static async of(project: string, variables: Environment = {}): Promise<ScratchCheckout> {
        const scratch = new ScratchCheckout(variables);
        const { stdout } = await capture("git", ["ls-files", "-z", "-co", "--exclude-standard"], { cwd: project });
        for (const file of new Set(stdout.split("\0").filter((name) => name !== ""))) {
            const target = join(scratch.folder, file);
            mkdirSync(dirname(target), { recursive: true });
            copyFileSync(join(project, file), target);
        }
        const modules = join(project, "node_modules");
        const linked = await capture("cp", ["-al", modules, scratch.folder]);
        if (linked.status !== 0) await capture("cp", ["-a", modules, scratch.folder]);
        return scratch;
    }

    /** Lays settings over those of a stack file. */
    public configure(stack: string, settings: Readonly<Record<string, unknown>>): void {
        const path = join(this.folder, `Pulumi.${stack}.yaml`);
        const document = parseDocument(readFileSync(path, "utf8"));
        for (const [name, value] of Object.entries(settings)) document.setIn(["config", `hearth:${name}`], value);
        writeFileSync(path, document.toString());
    }

    public get env(): Environment {
        return {
            ...process.env,
            HEARTH_STATE_DIR: join(this.base, "state"),
            // Figures must not depend on whether a release server answers today.
            HEARTH_OFFLINE: "1",
            // Pulumi has its event log among the flags for its own developers.
            PULUMI_DEBUG_COMMANDS: "true",
            ...this.variables,
        };
    }

    /** Runs one of Hearth's commands in the copy. */
    public run(args: readonly string[]): Promise<Result> {
        return capture("node", ["tools/run.js", ...args], { cwd: this.folder, env: this.env });
    }

    public remove(): void {
        rmSync(this.base, { recursive: true, force: true });
    }
}
