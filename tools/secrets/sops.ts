import { spawn } from "node:child_process";
import { UserError } from "../../components/config/problems";

/** Places and variables that secrets depend on. */
export interface SecretsContext {
    /** Absolute path of the checkout. */
    readonly project: string;
    /** The encrypted file, relative to `project`. */
    readonly file: string;
    /** Folder of the key that Hearth makes. */
    readonly stateDir: string;
    /** Variables of child processes; PATH must lead to sops and age-keygen. */
    readonly env: NodeJS.ProcessEnv;
}

/** Exit statuses of sops that are told apart (cmd/sops/codes/codes.go of 3.13.3). */
export const SOPS_STATUS = {
    decryptingMac: 24,
    decryptingTree: 25,
    macMismatch: 51,
    macNotFound: 52,
    couldNotRetrieveKey: 128,
    notModified: 200,
    noEditor: 201,
} as const;

/** What a tool answered. */
export interface Answer {
    readonly status: number;
    readonly stdout: string;
    /** Never shown as it is: sops quotes values that it cannot read. */
    readonly stderr: string;
}

/**
 * Runs sops or age-keygen in the checkout, with text on its standard input; plaintext goes through pipes only.
 * @throws UserError when the tool is not there
 */
export function runTool(
    tool: "sops" | "age-keygen",
    args: readonly string[],
    { project, env }: Pick<SecretsContext, "project" | "env">,
    input = "",
): Promise<Answer> {
    return new Promise((resolve, reject) => {
        const child = spawn(tool, args, { cwd: project, env, stdio: "pipe" });
        const out: Buffer[] = [];
        const err: Buffer[] = [];
        child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
        child.once("error", (error) => reject(missingTool(tool, error)));
        child.once("close", (status) =>
            resolve({
                status: status ?? -1,
                stdout: Buffer.concat(out).toString(),
                stderr: Buffer.concat(err).toString(),
            }),
        );
        // A tool that ends before it has read its input breaks the pipe; its status says why.
        child.stdin.on("error", () => undefined);
        child.stdin.end(input);
    });
}

/** Runs sops on the user's terminal, for its editor. */
export function runInteractive(args: readonly string[], { project, env }: SecretsContext): Promise<number> {
    return new Promise((resolve, reject) => {
        const child = spawn("sops", args, { cwd: project, env, stdio: "inherit" });
        child.once("error", (error) => reject(missingTool("sops", error)));
        child.once("close", (status) => resolve(status ?? -1));
    });
}

function missingTool(tool: string, error: Error): Error {
    if (!("code" in error) || error.code !== "ENOENT") return error;
    const fix = "run it by `make`, which brings it, or install it and put it on PATH";
    return new UserError("secrets need a tool that is not here", [{ where: tool, what: "is not on PATH", fix }]);
}
