import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

/** PostgreSQL's own number of rounds (`scram_iterations`), and the least that RFC 7677 allows. */
const ITERATIONS = 4096;
const KEY_BYTES = 32;

/**
 * What PostgreSQL stores of a password (RFC 5803): with it a server can check a password and can never tell it.
 * Servers are given this and not the password, so that no password passes through their SQL, logs or memory.
 * `password` must be printable ASCII, which SASLprep leaves as it is.
 */
export function scramVerifier(password: string, salt: Uint8Array): string {
    const salted = pbkdf2Sync(password, salt, ITERATIONS, KEY_BYTES, "sha256");
    const clientKey = createHmac("sha256", salted).update("Client Key").digest();
    const storedKey = createHash("sha256").update(clientKey).digest("base64");
    const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
    return `SCRAM-SHA-256$${ITERATIONS}:${Buffer.from(salt).toString("base64")}$${storedKey}:${serverKey}`;
}
