import { createHash, type Hash } from "node:crypto";

/** Files of one chart: path inside the chart's folder, with `/` between folders → content. */
export type ChartFiles = ReadonlyMap<string, Uint8Array>;

/** A folder on the way from a list of paths to Nix's tree. */
type Folder = Map<string, Folder | Uint8Array>;

/**
 * SHA-256 of a file tree as a Nix archive, in SRI form (`sha256-…=`).
 *
 * Why our own: several charts have no published digest but nixhelm's `chartHash`, which is this hash of what
 * `helm pull --untar` writes. It does not depend on an archive's timestamps or compression, so that an archive
 * that a mirror packaged anew from the same files is recognised, too. Helm writes plain files only: no links, no
 * executables.
 * @throws Error when a path is both a file and a folder
 */
export function narHash(files: ChartFiles): string {
    const root: Folder = new Map();
    for (const [path, content] of files) place(root, path, content);
    const hash = createHash("sha256");
    text(hash, "nix-archive-1");
    node(hash, root);
    return `sha256-${hash.digest("base64")}`;
}

function place(root: Folder, path: string, content: Uint8Array): void {
    const parts = path.split("/");
    const name = parts.pop() ?? path;
    let folder = root;
    for (const part of parts) {
        const next = folder.get(part) ?? new Map<string, Folder | Uint8Array>();
        if (next instanceof Uint8Array) throw new Error(`${path}: ${part} is a file and a folder`);
        folder.set(part, next);
        folder = next;
    }
    if (folder.get(name) instanceof Map) throw new Error(`${path} is a file and a folder`);
    folder.set(name, content);
}

function node(hash: Hash, value: Folder | Uint8Array): void {
    text(hash, "(", "type");
    if (value instanceof Uint8Array) {
        text(hash, "regular", "contents");
        bytes(hash, value);
    } else {
        text(hash, "directory");
        // Nix sorts names by their bytes, not by UTF-16 units as JavaScript does.
        for (const [name, inner] of [...value].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
            text(hash, "entry", "(", "name", name, "node");
            node(hash, inner);
            text(hash, ")");
        }
    }
    text(hash, ")");
}

function text(hash: Hash, ...values: readonly string[]): void {
    for (const value of values) bytes(hash, Buffer.from(value));
}

/** A string of a Nix archive: length as 64 bits little-endian, bytes, zeros up to a multiple of 8. */
function bytes(hash: Hash, value: Uint8Array): void {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(value.length));
    hash.update(length)
        .update(value)
        .update(Buffer.alloc((8 - (value.length % 8)) % 8));
}
