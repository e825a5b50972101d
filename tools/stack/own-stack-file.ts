import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { CHECKOUT_DIR } from "../../components/config/paths";
import { backendDir } from "../lib/paths";

const SALT = "encryptionsalt";

/**
 * The stack file that `make` gives Pulumi: the user's own, with the salt of the passphrase that the stack's state was
 * encrypted with. Pulumi writes a salt into the file that it is given, and the user's is committed while passphrase
 * and state belong to one checkout; so the copy takes it.
 *
 * A salt in the user's file counts where the file holds encrypted settings, which only it can read, or where there
 * is no state: then it is of a team that shares its passphrase.
 * @param salt of the state; undefined when there is none
 */
export function ownStackFile(text: string, salt: string | undefined): string {
    const document = parseDocument(text);
    if (salt !== undefined && !holdsSecrets(document.toJSON())) document.set(SALT, salt);
    return document.toString({ lineWidth: 0 });
}

/** The text of a stack file without the salt, which says nothing of what the stack is. */
export function withoutSalt(text: string): string {
    const document = parseDocument(text);
    document.delete(SALT);
    return document.toString({ lineWidth: 0 });
}

function holdsSecrets(value: unknown): boolean {
    if (value === null || typeof value !== "object") return false;
    return Object.entries(value).some(([key, inner]) => key === "secure" || holdsSecrets(inner));
}

/** Path of a stack's state in the file backend. */
export function statePath(project: string, stack: string): string {
    return join(backendDir(project), ".pulumi", "stacks", "hearth", `${stack}.json`);
}

/** The salt that a state was encrypted with; undefined when there is no state, or none that is encrypted so. */
export function stateSalt(state: unknown): string | undefined {
    const salt = field(field(field(field(field(state, "checkpoint"), "latest"), "secrets_providers"), "state"), "salt");
    return typeof salt === "string" ? salt : undefined;
}

function field(value: unknown, name: string): unknown {
    return value !== null && typeof value === "object" ? Reflect.get(value, name) : undefined;
}

/** Folder of the copies; it is a project of Pulumi by itself, so that stacks can be made and removed in it. */
export function stacksDir(project: string): string {
    return join(project, CHECKOUT_DIR, "stacks");
}

/** Writes the copy. @returns its path */
export function writeOwnStackFile(project: string, stack: string): string {
    const folder = stacksDir(project);
    const copy = join(folder, `Pulumi.${stack}.yaml`);
    const state = readJson(statePath(project, stack));
    // A stack that was made and never run has its salt in the copy only.
    const salt = stateSalt(state) ?? (state === undefined ? undefined : saltOf(copy));
    mkdirSync(folder, { recursive: true });
    writeStacksProject(folder);
    writeFileSync(copy, ownStackFile(readFileSync(join(project, `Pulumi.${stack}.yaml`), "utf8"), salt));
    return copy;
}

/** Makes a folder of stack files a project of Pulumi by itself. */
export function writeStacksProject(folder: string): void {
    // The runtime is never started there; Pulumi wants one named.
    writeFileSync(join(folder, "Pulumi.yaml"), "name: hearth\nruntime: nodejs\n");
}

function saltOf(path: string): string | undefined {
    const salt: unknown = existsSync(path) ? parseDocument(readFileSync(path, "utf8")).get(SALT) : undefined;
    return typeof salt === "string" ? salt : undefined;
}

function readJson(path: string): unknown {
    try {
        return JSON.parse(readFileSync(path, "utf8"));
    } catch {
        return undefined;
    }
}
