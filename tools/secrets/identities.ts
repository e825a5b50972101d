import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../components/config/problems";
import { placeOnce, temporaryFor } from "./place";
import { runTool, type SecretsContext } from "./sops";

/** A place where age identities (private keys) may be. */
export interface IdentitySource {
    /** What a person calls it: a variable or a path. */
    readonly name: string;
    /** The file; absent where the identities are in the variable itself. */
    readonly file?: string;
}

/** An identity source that is there, with the public keys that its identities have. */
export interface Identity extends IdentitySource {
    readonly recipients: readonly string[];
}

const KEY_FILE = "age.key";

/** The key that Hearth makes for this machine when there is no other. */
export function ownKeyFile(stateDir: string): string {
    return join(stateDir, KEY_FILE);
}

/**
 * Where identities are looked for, first to last: what the user says, then Hearth's own key, then the place that
 * sops itself reads. On macOS that is another one, unless XDG_CONFIG_HOME is set (sops' age/keysource.go).
 */
export function identitySources(
    { stateDir, env }: Pick<SecretsContext, "stateDir" | "env">,
    platform: NodeJS.Platform = process.platform,
    home: string = env["HOME"] ?? homedir(),
): readonly IdentitySource[] {
    const config = env["XDG_CONFIG_HOME"] ?? "";
    const configHome =
        config !== ""
            ? config
            : platform === "darwin"
              ? join(home, "Library", "Application Support")
              : join(home, ".config");
    const files = [ownKeyFile(stateDir), join(configHome, "sops", "age", "keys.txt")];
    const keyFile = env["SOPS_AGE_KEY_FILE"];
    return [
        ...(filled(env["SOPS_AGE_KEY"]) ? [{ name: "SOPS_AGE_KEY" }] : []),
        ...(keyFile !== undefined && keyFile !== "" ? [{ name: "SOPS_AGE_KEY_FILE", file: keyFile }] : []),
        ...files.map((file) => ({ name: file, file })),
    ];
}

/** Variables with which sops finds every identity that is there: it knows all sources but Hearth's own key. */
export function sopsEnvironment({ stateDir, env }: Pick<SecretsContext, "stateDir" | "env">): NodeJS.ProcessEnv {
    const own = ownKeyFile(stateDir);
    const useOwn = !filled(env["SOPS_AGE_KEY_FILE"]) && existsSync(own);
    return { ...env, SOPS_DISABLE_VERSION_CHECK: "1", ...(useOwn ? { SOPS_AGE_KEY_FILE: own } : {}) };
}

/**
 * The identities that are there, in the order in which they are looked for. Those of plugins (hardware keys) have
 * no public key that age-keygen could tell.
 * @throws UserError when a file that the user names is missing or is no key file
 */
export async function identitiesAt(context: SecretsContext): Promise<readonly Identity[]> {
    const found: Identity[] = [];
    for (const source of identitySources(context)) {
        if (source.file !== undefined && !existsSync(source.file)) {
            if (source.name !== "SOPS_AGE_KEY_FILE") continue;
            const problem = { where: source.name, what: `names ${source.file}, which is not there` };
            throw new UserError("there is no age key", [{ ...problem, fix: "correct it, or unset it" }]);
        }
        const input = source.file === undefined ? (context.env["SOPS_AGE_KEY"] ?? "").split(/\s+/).join("\n") : "";
        const args = source.file === undefined ? ["-y"] : ["-y", source.file];
        const { status, stdout } = await runTool("age-keygen", args, context, input);
        found.push({ ...source, recipients: status === 0 ? stdout.trim().split("\n").filter(filled) : [] });
    }
    return found;
}

/**
 * Makes the key of this machine: 0600 in a folder that is 0700. Of two runs at once, one makes it and both use it.
 * @returns its public key
 */
export async function makeIdentity(context: SecretsContext): Promise<Identity> {
    const file = ownKeyFile(context.stateDir);
    mkdirSync(context.stateDir, { recursive: true, mode: 0o700 });
    const temporary = temporaryFor(file);
    // age-keygen makes its output with mode 0600.
    const { status } = await runTool("age-keygen", ["-o", temporary], context);
    if (status !== 0) {
        const fix = "make the folder writable, or set HEARTH_STATE_DIR";
        throw new UserError("no age key could be made", [{ where: context.stateDir, what: "age-keygen failed", fix }]);
    }
    placeOnce(temporary, file);
    const { stdout } = await runTool("age-keygen", ["-y", file], context);
    return { name: file, file, recipients: [stdout.trim()] };
}

function filled(text: string | undefined): text is string {
    return text !== undefined && text.trim() !== "";
}
