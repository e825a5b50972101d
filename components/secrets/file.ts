import { readFileSync } from "node:fs";
import { sha256 } from "../core/hash";

/** An encrypted secrets file as `Credentials` wants it. */
export interface SecretsFile {
    /** Relative to the project. */
    readonly path: string;
    /** SHA-256 of the encrypted file: public, and it changes whenever the content may have. */
    readonly sha256: string;
}

/** The secrets file at a path relative to the project; undefined when there is none, which is no mistake. */
export function secretsFileAt(path: string): SecretsFile | undefined {
    try {
        return { path, sha256: sha256(readFileSync(path)) };
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
    }
}
