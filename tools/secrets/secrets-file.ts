import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { devNull } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { UserError } from "../../components/config/problems";
import { decryptionProblem, encryptionProblem, hasNoRule } from "./failures";
import { identitiesAt, makeIdentity, ownKeyFile, sopsEnvironment } from "./identities";
import { placeOnce, temporaryFor } from "./place";
import { runTool, type SecretsContext } from "./sops";

/** The decrypted file. */
export interface SecretsDocument {
    /** Of the stack's Pulumi secrets. */
    readonly passphrase?: unknown;
    /** What `parseSecretValues` checks. */
    readonly values?: unknown;
}

/**
 * Decrypts the secrets file, or a text that has its form.
 * @throws UserError saying why it cannot be read; the file is not touched
 */
export async function decryptFile(context: SecretsContext, encrypted?: string): Promise<SecretsDocument> {
    const env = sopsEnvironment(context);
    const text = encrypted ?? readFileSync(join(context.project, context.file), "utf8");
    const args = ["decrypt", "--output-type", "json", "--filename-override", context.file];
    const answer = await runTool("sops", args, { ...context, env }, text);
    if (answer.status !== 0) {
        const recipients = recipientsOf(text);
        const identities = await identitiesAt(context);
        const facts = { file: context.file, recipients, identities, ownKey: ownKeyFile(context.stateDir) };
        throw new UserError("the secrets cannot be read", [decryptionProblem(answer, facts)]);
    }
    const document: unknown = JSON.parse(answer.stdout);
    return document !== null && typeof document === "object" ? document : {};
}

/** Public keys that an encrypted text is for, from its metadata; none when it cannot be read. */
export function recipientsOf(encrypted: string): readonly string[] {
    try {
        const document: unknown = parse(encrypted);
        const metadata = field(document, "sops");
        const groups = field(metadata, "key_groups");
        const age = [
            field(metadata, "age"),
            ...(Array.isArray(groups) ? groups.map((group) => field(group, "age")) : []),
        ];
        return age
            .flatMap((entries): unknown[] => (Array.isArray(entries) ? entries : []))
            .map((entry) => field(entry, "recipient"))
            .filter((recipient) => typeof recipient === "string");
    } catch {
        return [];
    }
}

function field(value: unknown, name: string): unknown {
    return value !== null && typeof value === "object"
        ? Object.entries(value).find(([key]) => key === name)?.[1]
        : undefined;
}

/**
 * Encrypts a document for whom `.sops.yaml` says, else for the key of this machine, which is made when there is
 * none. What comes out was decrypted again: a file that its maker cannot read is never written.
 * @throws UserError
 */
export async function encryptDocument(context: SecretsContext, document: SecretsDocument): Promise<string> {
    // JSON is YAML, and sops writes what it reads in its own form.
    const plain = JSON.stringify(document);
    const args = ["encrypt", "--filename-override", context.file];
    let answer = await runTool("sops", args, { ...context, env: sopsEnvironment(context) }, plain);
    if (answer.status !== 0 && hasNoRule(answer)) {
        const [identity = await makeIdentity(context)] = (await identitiesAt(context)).filter(
            ({ recipients }) => recipients.length > 0,
        );
        // Rules that are there and do not match would make sops refuse, whatever recipients it is given.
        const own = ["--config", devNull, ...args, "--age", identity.recipients.join(",")];
        answer = await runTool("sops", own, { ...context, env: sopsEnvironment(context) }, plain);
    }
    if (answer.status !== 0) {
        throw new UserError("the secrets cannot be encrypted", [encryptionProblem(answer, context.file)]);
    }
    await decryptFile(context, answer.stdout);
    return answer.stdout;
}

/**
 * Writes a new encrypted file (0600) unless there is one by now, in one step: of two runs at once, one makes it.
 * @returns false when there was one
 */
export function placeNew(context: SecretsContext, encrypted: string): boolean {
    const path = join(context.project, context.file);
    const temporary = temporaryFor(path);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, encrypted, { mode: 0o600 });
    return placeOnce(temporary, path);
}

/**
 * Changes the file by a sops command that works in place, on a copy that takes the file's place when all went
 * well: the file is either as before or as wanted. `{file}` in the arguments stands for the copy.
 * @throws UserError; the file is not touched
 */
export async function changeFile(context: SecretsContext, args: readonly string[], input = ""): Promise<void> {
    const path = join(context.project, context.file);
    const temporary = temporaryFor(path);
    try {
        writeFileSync(temporary, readFileSync(path), { mode: 0o600 });
        const own = args.map((argument) => (argument === "{file}" ? temporary : argument));
        const answer = await runTool("sops", own, { ...context, env: sopsEnvironment(context) }, input);
        // Says which of the causes it was; when all of them are fine, the change itself was not.
        if (answer.status !== 0) {
            await decryptFile(context);
            const fix = "see `sops --help`";
            throw new UserError("the secrets cannot be changed", [
                { where: context.file, what: `sops failed with status ${answer.status}`, fix },
            ]);
        }
        await decryptFile(context, readFileSync(temporary, "utf8"));
        chmodSync(temporary, 0o600);
        renameSync(temporary, path);
    } finally {
        rmSync(temporary, { force: true });
    }
}
