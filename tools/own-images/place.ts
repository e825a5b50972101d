import { copyFileSync, linkSync, mkdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { OWN_IMAGES_DIR, ownArchive, type OwnImageId } from "../../components/config/own-images";
import { ownImageArchive, type BuildOptions, type OwnImage } from "./build";
import { OWN_IMAGE_SPECS } from "./specs";

/**
 * Builds an image of ours unless the cache has it, and puts it where this checkout's program looks for it.
 * @throws UserError as `ownImageArchive`
 */
export async function placeOwnImage(project: string, id: OwnImageId, options: BuildOptions = {}): Promise<OwnImage> {
    const image = await ownImageArchive(OWN_IMAGE_SPECS[id], { ...options, project });
    const target = join(project, OWN_IMAGES_DIR, ownArchive(id));
    if (!isSameFile(image.path, target)) {
        mkdirSync(join(project, OWN_IMAGES_DIR), { recursive: true });
        rmSync(target, { force: true });
        linkOrCopy(image.path, target);
    }
    return image;
}

function isSameFile(a: string, b: string): boolean {
    const [one, other] = [statSync(a), statSync(b, { throwIfNoEntry: false })];
    // Size and time are what the program tells archives apart by.
    return other !== undefined && one.size === other.size && one.mtimeMs === other.mtimeMs;
}

function linkOrCopy(from: string, to: string): void {
    try {
        linkSync(from, to);
    } catch {
        // The cache is on another disk.
        copyFileSync(from, to);
        const { atime, mtime } = statSync(from);
        utimesSync(to, atime, mtime);
    }
}
