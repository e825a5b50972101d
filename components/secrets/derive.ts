import { createHmac } from "node:crypto";
import { stableStringify } from "../core/hash";
import { scramVerifier } from "./scram";

/** Bytes of a SCRAM salt, as PostgreSQL itself uses. */
const SALT_BYTES = 16;

/** Bytes of a bcrypt salt. */
const BCRYPT_SALT_BYTES = 16;

function derive(keyHex: string, purpose: string, message: string): Buffer {
    return createHmac("sha256", Buffer.from(keyHex, "hex")).update(`${purpose}\0${message}`).digest();
}

/**
 * Checksum of a Secret's content for annotations of pods: pods roll when it changes. It is public, so it is keyed:
 * without the key, a guess at a weak password cannot be checked against it, as it could against a plain hash.
 */
export function keyedChecksum(keyHex: string, data: Readonly<Record<string, string>>): string {
    return derive(keyHex, "checksum", stableStringify(data)).toString("hex").slice(0, 16);
}

/**
 * Verifiers of roles' passwords as the lines that PostgreSQL's COPY reads: role, tab, verifier. The salt of a role
 * is derived, not drawn: equal passwords must give equal verifiers, or each run would change every one of them.
 */
export function verifierLines(keyHex: string, passwords: Readonly<Record<string, string>>): string {
    return Object.entries(passwords)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([role, password]) => {
            const salt = derive(keyHex, "scram-salt", role).subarray(0, SALT_BYTES);
            return `${role}\t${scramVerifier(password, salt)}\n`;
        })
        .join("");
}

/** The salt of an account's bcrypt hash; derived for the same reason. */
export function bcryptSalt(keyHex: string, account: string): Buffer {
    return derive(keyHex, "bcrypt-salt", account).subarray(0, BCRYPT_SALT_BYTES);
}

/**
 * Key that Argo CD signs sessions with, in hex. It changes with the hash of the password, so that a new password ends
 * every session that began with the old one; without a clock there is no other way to tell Argo CD when that was.
 */
export function sessionKey(keyHex: string, passwordHash: string): string {
    return derive(keyHex, "argocd-sessions", passwordHash).toString("hex");
}
