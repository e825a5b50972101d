import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { databasesOf } from "../../components/config/demo";
import { UserError, type Problem } from "../../components/config/problems";
import { parseSecretValues, secretValuePaths } from "../../components/secrets/values";
import { suggestion } from "../../components/config/parse";
import { secretsFileOf } from "../../components/config/resolve";
import { ensureTools } from "../install/ensure";
import { UsageError, type Command, type ParsedArgs } from "../lib/command";
import { projectRoot, stateDir } from "../lib/paths";
import { ensureSecrets } from "../secrets/ensure";
import { sopsEnvironment } from "../secrets/identities";
import { changeFile, decryptFile, recipientsOf } from "../secrets/secrets-file";
import { runInteractive, SOPS_STATUS, type SecretsContext } from "../secrets/sops";
import { statePath } from "../stack/own-stack-file";
import { readStackFile } from "../stack/stack-file";

export const command: Command = {
    summary: "show and change the secrets that a person chooses",
    usage: `Usage: node tools/run.js secrets [--stack NAME] [--edit | --set PATH | --rotate]

Without an option it prints which secrets are chosen, never what they are, and makes the
encrypted file when there is none.

  --stack NAME  the stack (default dev-fast)
  --edit        opens the decrypted file in $EDITOR; sops encrypts it again
  --set PATH    sets one value, read from standard input, for example
                echo correct-horse | node tools/run.js secrets --set grafana.adminPassword
  --rotate      gives the file a new data key

The file is secrets/<stack>.sops.yaml, or hearth:secretsFile. It is encrypted for the recipients
that .sops.yaml names, else for this machine's key.`,
    options: { edit: "flag", set: "value", rotate: "flag" },
    run: showOrChange,
};

async function showOrChange({ stack, flags, values }: ParsedArgs): Promise<number> {
    const path = values.get("set");
    if (flags.size + (path === undefined ? 0 : 1) > 1) {
        const problem = { where: "--edit, --set, --rotate", what: "do different things", fix: "give one of them" };
        throw new UsageError("secrets cannot do that", [problem]);
    }
    const project = projectRoot();
    const { settings } = readStackFile(project, stack);
    const { env } = await ensureTools(["sops", "age"]);
    const paths = {
        project,
        file: secretsFileOf(stack, settings),
        stateDir: stateDir(),
        env: { ...process.env, ...env },
    };
    const change: Change = { paths, databases: databasesOf(settings), hasState: existsSync(statePath(project, stack)) };
    if (path !== undefined) {
        await ensureFile(stack, change);
        return setValue(change, path, trimmed(await text(process.stdin)));
    }
    if (flags.has("edit")) {
        await ensureFile(stack, change);
        return edit(change);
    }
    const { created } = await ensureSecrets({ stack, ...change });
    if (created) console.log(`made ${paths.file}`);
    if (flags.has("rotate")) {
        await changeFile(paths, ["rotate", "--in-place", "{file}"]);
        console.log(`${paths.file} has a new data key`);
        return 0;
    }
    console.log(await overview(change));
    return 0;
}

/** What a change works on. */
export interface Change {
    readonly paths: SecretsContext;
    readonly databases: readonly string[];
    /** As in `EnsureOptions`. */
    readonly hasState?: boolean;
}

/** Makes the file when there is none; one with wrong values is what `--edit` and `--set` are for. */
async function ensureFile(stack: string, change: Change): Promise<void> {
    try {
        await ensureSecrets({ stack, ...change });
    } catch (error) {
        if (!(error instanceof UserError)) throw error;
        // Throws by itself when the file cannot be read at all.
        await decryptFile(change.paths);
    }
}

/** Which values are chosen, as lines; no value is among them. */
export async function overview({ paths, databases }: Change): Promise<string> {
    const { values } = await decryptFile(paths);
    const known = secretValuePaths(databases);
    const width = Math.max(...known.map((path) => path.length));
    const rows = known.map((path) => {
        const isDefault = path.startsWith("grafana.") ? "default (admin)" : "generated";
        return `  ${path.padEnd(width)}  ${lookup(values, path) === undefined ? isDefault : "chosen"}`;
    });
    const recipients = recipientsOf(readFileSync(join(paths.project, paths.file), "utf8"));
    return [`${paths.file}, encrypted for ${recipients.join(", ") || "no age recipient"}`, ...rows].join("\n");
}

/**
 * Sets one value, after checking that the file would be valid with it.
 * @throws UserError; the file is not touched
 */
export async function setValue(change: Change, path: string, value: string): Promise<number> {
    const { paths, databases } = change;
    const document = await decryptFile(paths);
    const problem =
        path === "passphrase" ? passphraseProblem(document.passphrase, value) : pathProblem(path, databases);
    if (problem !== undefined) throw new UserError("the secret was not set", [problem]);
    const keys = path === "passphrase" ? [path] : ["values", ...path.split(".")];
    if (path !== "passphrase") checkNewValue(document.values, path, value, databases);
    const index = keys.map((key) => `[${JSON.stringify(key)}]`).join("");
    await changeFile(paths, ["set", "--value-stdin", "{file}", index], JSON.stringify(value));
    console.log(`${path} is set in ${paths.file}`);
    return 0;
}

function pathProblem(path: string, databases: readonly string[]): Problem | undefined {
    const known = secretValuePaths(databases);
    return known.includes(path) ? undefined : { where: path, what: "is not known", fix: suggestion(path, known) };
}

function passphraseProblem(current: unknown, value: string): Problem | undefined {
    const where = "passphrase";
    if (typeof current === "string" && current !== "") {
        const fix = "pulumi stack change-secrets-provider passphrase, then `node tools/run.js secrets --edit`";
        return { where, what: "is set, and the stack's state can only be read with it", fix };
    }
    return value === "" ? { where, what: "is empty", fix: "give it on standard input" } : undefined;
}

/** Only problems of the value itself count: halves of a pair (a key's id and secret) are set one after the other. */
function checkNewValue(values: unknown, path: string, value: string, databases: readonly string[]): void {
    try {
        parseSecretValues(nested(path.split("."), value, values), databases);
    } catch (error) {
        if (!(error instanceof UserError)) throw error;
        const own = error.problems.filter(({ where }) => where === `values.${path}`);
        if (own.length > 0) throw new UserError("the secret was not set", own);
    }
}

function nested([key, ...rest]: readonly string[], value: string, into: unknown): unknown {
    if (key === undefined) return value;
    const map = into !== null && typeof into === "object" ? into : {};
    return { ...map, [key]: nested(rest, value, lookup(map, key)) };
}

function lookup(values: unknown, path: string): unknown {
    return path
        .split(".")
        .reduce<unknown>(
            (map, key) =>
                map !== null && typeof map === "object"
                    ? Object.entries(map).find(([name]) => name === key)?.[1]
                    : undefined,
            values,
        );
}

/** Opens sops' editor, then says what is wrong with what was saved. */
async function edit({ paths, databases }: Change): Promise<number> {
    const status = await runInteractive(["edit", paths.file], { ...paths, env: sopsEnvironment(paths) });
    if (status === SOPS_STATUS.noEditor) {
        const problem = { where: "$EDITOR", what: "no editor was found", fix: "set EDITOR, for example to nano" };
        throw new UserError("the secrets were not edited", [problem]);
    }
    if (status !== 0 && status !== SOPS_STATUS.notModified) return status;
    const { values } = await decryptFile(paths);
    parseSecretValues(values, databases);
    return 0;
}

/** Without the line's end that `echo` adds. */
function trimmed(input: string): string {
    return input.replace(/\r?\n$/, "");
}
