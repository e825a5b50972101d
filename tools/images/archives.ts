import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { formatImage, parseImage } from "../../components/config/images";
import type { ContainerEngine } from "../../components/config/schema";
import type { StackImage } from "../../components/config/stack-images";

/** What became of one image. */
export interface ArchiveResult {
    readonly image: StackImage;
    /** Name in the folder. */
    readonly file: string;
    readonly outcome: "saved" | "was there" | "failed";
    /** Why it failed, or what else is to be said of it: the engine's last line. */
    readonly reason?: string;
}

/** The reference that an archive carries: by tag, since loaded images have no registry digest. */
export function archiveReference(reference: string): string {
    const parsed = parseImage(reference);
    if (parsed?.tag === undefined) return reference;
    const { registry, repository, tag } = parsed;
    return formatImage({ registry, repository, tag });
}

/** File name of an image's archive: `docker.io_library_traefik_v3.6.15.tar`. */
export function archiveFile(reference: string): string {
    return `${archiveReference(reference).replace(/[^A-Za-z0-9._-]+/g, "_")}.tar`;
}

/** `linux/amd64` or `linux/arm64`: what the nodes of a cluster on this machine run. */
export function platform(architecture: string = process.arch): string {
    return `linux/${architecture === "arm64" ? "arm64" : "amd64"}`;
}

/**
 * Pulls one image for this machine's architecture and saves it as an archive, unless the folder has it.
 *
 * One platform only, and saved rather than left to `kind load docker-image`: with the engine's containerd store an
 * image lists platforms whose content was never pulled, and loading fails (kubernetes-sigs/kind#3795).
 */
export async function saveImage(engine: ContainerEngine, image: StackImage, folder: string): Promise<ArchiveResult> {
    const file = archiveFile(image.reference);
    const path = join(folder, file);
    if (existsSync(path)) return { image, file, outcome: "was there" };
    mkdirSync(folder, { recursive: true });
    const draft = `${path}.${process.pid}.draft`;
    const tagged = archiveReference(image.reference);
    try {
        const refused = await pull(engine, image.reference, tagged);
        if (refused !== undefined && !(await hasImage(engine, image.reference))) return failed(refused);
        const failure = await save(engine, tagged, draft);
        if (failure !== undefined) return failed(failure);
        renameSync(draft, path);
        const note = refused === undefined ? {} : { reason: `as the engine had it, not pulled: ${refused}` };
        return { image, file, outcome: "saved", ...note };
    } finally {
        rmSync(draft, { force: true });
    }

    function failed(reason: string): ArchiveResult {
        return { image, file, outcome: "failed", reason };
    }
}

async function pull(engine: ContainerEngine, reference: string, tagged: string): Promise<string | undefined> {
    const refused = await run(engine, ["pull", "--platform", platform(), reference]);
    if (refused !== undefined || tagged === reference) return refused;
    // Pulled by digest, an image has no tag that pods could name.
    return run(engine, ["tag", reference, tagged]);
}

/** Whether the engine itself has the image: built here, or loaded from another machine's archive. */
async function hasImage(engine: ContainerEngine, reference: string): Promise<boolean> {
    return (await run(engine, ["image", "inspect", reference])) === undefined;
}

/** How Docker's client or daemon refuse a flag that they do not have yet. */
const NO_PLATFORM = /unknown flag|unknown shorthand|requires API version/i;

async function save(engine: ContainerEngine, reference: string, path: string): Promise<string | undefined> {
    if (engine === "podman") return run(engine, ["save", "--format", "docker-archive", "--output", path, reference]);
    const failure = await run(engine, ["save", "--platform", platform(), "--output", path, reference]);
    // Docker before 28 saves what it has, which is the one platform that was pulled; client or daemon then refuse the flag.
    if (failure === undefined || !NO_PLATFORM.test(failure)) return failure;
    return run(engine, ["save", "--output", path, reference]);
}

/** Runs the engine; its last line of complaint when it fails. */
function run(engine: ContainerEngine, args: readonly string[]): Promise<string | undefined> {
    return new Promise((resolve) => {
        const child = spawn(engine, args, { stdio: ["ignore", "ignore", "pipe"] });
        let complaint = "";
        child.stderr.on("data", (part: Buffer) => {
            complaint = `${complaint}${part.toString("utf8")}`.slice(-2000);
        });
        child.on("error", (error) => resolve(error.message));
        child.on("close", (code) => resolve(code === 0 ? undefined : lastLine(complaint, code)));
    });
}

function lastLine(text: string, code: number | null): string {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    // A usage hint follows the complaint about a flag.
    return lines.find((line) => NO_PLATFORM.test(line)) ?? lines.at(-1) ?? `exit status ${code}`;
}
