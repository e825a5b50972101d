import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../components/config/problems";
import { backendDir } from "../lib/paths";
import { capture, type Environment, inherit, type Result } from "../lib/process";
import type { Deployment } from "../state/deployment";
import { stacksDir, statePath, writeOwnStackFile } from "./own-stack-file";
import { withTemporaryFolder } from "./temporary";

export interface PulumiOptions {
    /** Absolute path of the checkout. */
    readonly project: string;
    readonly stack: string;
    /** All variables of the child, with the passphrase. */
    readonly env: Environment;
}

/** The Pulumi CLI on one stack of this checkout. */
export class Pulumi {
    public constructor(private readonly options: PulumiOptions) {}

    /** Makes the stack when there is none. @throws UserError with what Pulumi says */
    public async ensureStack(): Promise<void> {
        const { project, stack } = this.options;
        // Pulumi refuses a backend whose folder is not there.
        mkdirSync(backendDir(project), { recursive: true });
        writeOwnStackFile(project, stack);
        if (existsSync(statePath(project, stack))) return;
        await this.succeed(["stack", "init", stack, "--no-select", "--non-interactive"], stacksDir(project));
    }

    /**
     * Runs a command that reads the program or its settings (up, preview, destroy, refresh), on this terminal.
     * @param variables laid over those of the stack
     * @returns its exit status
     */
    public run(command: string, args: readonly string[], variables: Environment = {}): Promise<number> {
        const { project, stack, env } = this.options;
        const config = writeOwnStackFile(project, stack);
        const interactive = process.stdout.isTTY === true ? [] : ["--non-interactive"];
        const own = [command, "--stack", stack, "--config-file", config, ...interactive];
        return withTemporaryFolder(project, (folder) =>
            inherit("pulumi", [...own, ...args], { cwd: project, env: { ...env, ...variables, TMPDIR: folder } }),
        );
    }

    /** Runs a preview without showing it; its standard output is the engine's events, one JSON object a line. */
    public previewEvents(args: readonly string[]): Promise<Result> {
        const { project, stack, env } = this.options;
        const config = writeOwnStackFile(project, stack);
        return withTemporaryFolder(project, (folder) =>
            capturePreview({ project, stack, env: { ...env, TMPDIR: folder } }, config, args),
        );
    }

    /** The stack's outputs as JSON; secrets are hidden unless asked for. */
    public outputs(showSecrets: boolean): Promise<string> {
        const secrets = showSecrets ? ["--show-secrets"] : [];
        return this.succeed(["stack", "output", "--json", "--stack", this.options.stack, ...secrets]);
    }

    /** The stack's state, secrets encrypted. */
    public async exportState(): Promise<Deployment> {
        const text = await this.succeed(["stack", "export", "--stack", this.options.stack]);
        return JSON.parse(text) as Deployment;
    }

    /** Replaces the stack's state. */
    public async importState(state: Deployment): Promise<void> {
        await this.succeed(["stack", "import", "--stack", this.options.stack], undefined, JSON.stringify(state));
    }

    /** Removes a stack that has no resources left, with its history. The user's stack file stays. */
    public async removeStack(): Promise<void> {
        const { project, stack } = this.options;
        // In the copies' folder, since Pulumi removes the stack file along with the stack.
        await this.succeed(["stack", "rm", stack, "--yes", "--non-interactive"], stacksDir(project));
    }

    private async succeed(args: readonly string[], cwd = this.options.project, input = ""): Promise<string> {
        const result = await capture("pulumi", args, { cwd, env: this.options.env, input });
        if (result.status !== 0) throw pulumiFailed(args, result);
        return result.stdout;
    }
}

/**
 * Runs a preview without showing it; its standard output is the engine's events, one JSON object a line.
 * @param config path of the stack file
 */
export function capturePreview(
    { project, stack, env }: PulumiOptions,
    config: string,
    args: readonly string[] = [],
): Promise<Result> {
    const own = ["preview", "--json", "--stack", stack, "--config-file", config, "--non-interactive"];
    return capture("pulumi", [...own, ...args], {
        cwd: project,
        env: { ...env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" },
    });
}

/** A preview that failed. @param said what the engine told, in pieces, some of which may be empty */
export function previewFailed(stack: string, where: string, status: number, said: readonly string[]): UserError {
    const told = said.filter((text) => text !== "").join("\n");
    return new UserError(`stack ${stack} could not be previewed`, [
        { where, what: `ended with status ${status}: ${told}`, fix: "mend what it says" },
    ]);
}

/** Removes what Pulumi keeps of a stack that was removed: a backup of its last state, its history, its locks' folder. */
export function removeTraces(project: string, stack: string): void {
    const folder = join(backendDir(project), ".pulumi");
    const state = statePath(project, stack);
    const files = existsSync(dirname(state)) ? readdirSync(dirname(state)) : [];
    const traces = [
        // `.bak`, and what a kill has left of a file that was about to take its place.
        ...files.filter((name) => name.startsWith(`${basename(state)}.`)).map((name) => join(dirname(state), name)),
        ...["history", "backups"].map((kind) => join(folder, kind, "hearth", stack)),
        join(folder, "locks", "organization", "hearth", stack),
    ];
    for (const path of traces) rmSync(path, { recursive: true, force: true });
}

/** Pulumi's own words without its heading; the passphrase's wrongness has a cause that it does not know. */
export function pulumiFailed(args: readonly string[], { status, stderr }: Result): UserError {
    const said = stderr.trim().replace(/^error: /, "");
    const wrongPassphrase = /incorrect passphrase/.test(said);
    return new UserError("Pulumi could not do its part", [
        {
            where: `pulumi ${args.slice(0, 2).join(" ")}`,
            what: wrongPassphrase
                ? "the passphrase in the secrets file is not the one that the state was encrypted with"
                : `ended with status ${status}: ${said}`,
            fix: wrongPassphrase
                ? "restore the secrets file that belongs to .hearth/state, or remove that folder and the cluster"
                : "mend what it says and run again",
        },
    ]);
}
