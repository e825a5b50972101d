/** As Go's bcrypt.DefaultCost, which Argo CD hashes with; about 50 ms. */
const COST = 10;

/**
 * bcrypt's hash of a password of at most 72 bytes, in the form that Go's bcrypt reads (`$2a$`).
 * @param salt 16 bytes
 */
export async function bcryptHash(password: string, salt: Uint8Array): Promise<string> {
    // Loaded only by programs whose user has chosen a password.
    const { encodeBase64, hash } = await import("bcryptjs");
    return hash(password, `$2a$${COST}$${encodeBase64([...salt], salt.length)}`);
}
