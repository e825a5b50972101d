import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../components/config/problems";
import { parseSecretValues, type SecretValues } from "../../components/secrets/values";
import { sopsEnvironment } from "./identities";
import { decryptFile, encryptDocument, placeNew, type SecretsDocument } from "./secrets-file";
import type { SecretsContext } from "./sops";

export interface EnsureOptions {
    readonly stack: string;
    readonly paths: SecretsContext;
    /** The stack's databases: a password for another one is a mistake. */
    readonly databases: readonly string[];
    /**
     * The stack has a state. Without its secrets file that state cannot be read any more, and a new passphrase
     * would only hide why. Default false.
     */
    readonly hasState?: boolean;
}

/** What a run needs of the secrets file. */
export interface Secrets {
    /** For PULUMI_CONFIG_PASSPHRASE of child processes only. */
    readonly passphrase: string;
    readonly values: SecretValues;
    /** The file was made just now. */
    readonly created: boolean;
    /** Variables with which sops, run by a child process, finds the same keys. */
    readonly env: Readonly<Record<string, string>>;
}

/** Bytes of a passphrase that is made here. */
const PASSPHRASE_BYTES = 32;

/**
 * Makes the secrets file when there is none, and reads it. Keys and rules that the user has are used as they are:
 * SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, Hearth's own key, sops' default place, `.sops.yaml`.
 * @throws UserError: no tool, wrong key, missing recipient, tampered or malformed file, values that are not valid
 */
export async function ensureSecrets(options: EnsureOptions): Promise<Secrets> {
    const { paths, databases } = options;
    const created = existsSync(join(paths.project, paths.file)) ? false : await createFile(options);
    const document = await decryptFile(paths);
    const passphrase = passphraseOf(paths, document);
    const values = parseSecretValues(document.values, databases);
    const { SOPS_AGE_KEY_FILE } = sopsEnvironment(paths);
    const env = { SOPS_DISABLE_VERSION_CHECK: "1", ...(SOPS_AGE_KEY_FILE === undefined ? {} : { SOPS_AGE_KEY_FILE }) };
    return { passphrase, values, created, env };
}

/**
 * The passphrase of an existing secrets file.
 * @throws UserError
 */
export async function decryptPassphrase(paths: SecretsContext): Promise<string> {
    return passphraseOf(paths, await decryptFile(paths));
}

async function createFile({ stack, paths, hasState }: EnsureOptions): Promise<boolean> {
    if (hasState === true) {
        const what = `is missing, but stack ${stack} has a state that only the passphrase in it can read`;
        const fix = "restore it; if it is lost, delete the cluster and .hearth/state, and begin anew";
        throw new UserError("the secrets cannot be read", [{ where: paths.file, what, fix }]);
    }
    const passphrase = randomBytes(PASSPHRASE_BYTES).toString("base64url");
    return placeNew(paths, await encryptDocument(paths, { passphrase, values: {} }));
}

function passphraseOf({ file }: SecretsContext, { passphrase }: SecretsDocument): string {
    if (typeof passphrase === "string" && passphrase !== "") return passphrase;
    const fix = "make one: openssl rand -base64 32 | node tools/run.js secrets --set passphrase";
    throw new UserError("the secrets cannot be used", [{ where: file, what: "has no passphrase", fix }]);
}
