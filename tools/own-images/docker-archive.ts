import { createHash } from "node:crypto";
import { Header } from "tar";
import type { Architecture } from "./recipe";
import type { ImageContent } from "./specs";

/** An image of one layer with one file in it. */
export interface SingleFileImage extends ImageContent {
    readonly architecture: Architecture;
    readonly labels: Readonly<Record<string, string>>;
    /** The command that made it, for its history. */
    readonly madeBy: string;
}

/** Size of a tar record, which everything is padded to. */
const RECORD = 512;

/** The moment of everything in the archive: a real time would make each archive another one. */
const EPOCH = new Date(0);

/**
 * The image as `docker save` would write it: accepted by `docker load`, `kind load image-archive`, `ctr images import`
 * and skopeo. Equal inputs give equal bytes: fixed times, owners and order, and no compression, whose output depends on
 * the version of zlib. Written from memory with tar's header encoder: its packer takes files from the disk, with the
 * disk's times and owners.
 * @returns parts, to be written one after the other; the program itself is not copied
 */
export function dockerArchive(image: SingleFileImage, program: Uint8Array): readonly Uint8Array[] {
    const layer = [...entry(image.entrypoint.replace(/^\/+/, ""), [program], 0o755), end()];
    const layerHash = sha256(layer);
    const config = Buffer.from(JSON.stringify(imageConfig(image, layerHash)));
    const configFile = `${sha256([config])}.json`;
    const layerFile = `${layerHash}/layer.tar`;
    const manifest = [{ Config: configFile, RepoTags: [image.reference], Layers: [layerFile] }];
    return [
        ...entry("manifest.json", [Buffer.from(JSON.stringify(manifest))], 0o644),
        ...entry(configFile, [config], 0o644),
        ...entry(layerFile, layer, 0o644),
        end(),
    ];
}

/** SHA-256 of parts in hex, as of the one file that they make. */
export function sha256(parts: readonly Uint8Array[]): string {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part);
    return hash.digest("hex");
}

function imageConfig(image: SingleFileImage, layerHash: string): unknown {
    return {
        architecture: image.architecture,
        os: "linux",
        created: EPOCH.toISOString(),
        config: {
            User: image.user,
            Entrypoint: [image.entrypoint],
            ExposedPorts: Object.fromEntries(image.ports.map((port) => [`${port}/tcp`, {}])),
            Labels: image.labels,
        },
        rootfs: { type: "layers", diff_ids: [`sha256:${layerHash}`] },
        history: [{ created: EPOCH.toISOString(), created_by: image.madeBy }],
    };
}

function entry(path: string, content: readonly Uint8Array[], mode: number): readonly Uint8Array[] {
    const size = content.reduce((sum, part) => sum + part.length, 0);
    const header = Buffer.alloc(RECORD);
    const needsExtension = new Header({ path, mode, size, uid: 0, gid: 0, mtime: EPOCH, type: "File" }).encode(header);
    if (needsExtension) throw new Error(`${path} does not fit into a plain tar header`);
    return [header, ...content, Buffer.alloc((RECORD - (size % RECORD)) % RECORD)];
}

/** Two empty records end an archive. */
function end(): Uint8Array {
    return Buffer.alloc(2 * RECORD);
}
