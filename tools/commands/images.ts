import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { layersOf } from "../../components/config/layers";
import { cacheDir } from "../../components/config/paths";
import { UserError } from "../../components/config/problems";
import { readEnvironment } from "../../components/config/read-environment";
import { engineOf } from "../../components/config/resolve";
import type { ContainerEngine } from "../../components/config/schema";
import { imagesOf, type StackImage } from "../../components/config/stack-images";
import { archiveFile, saveImage, type ArchiveResult } from "../images/archives";
import type { Command, ParsedArgs } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { ownImageArchive } from "../own-images/build";
import { OWN_IMAGE_SPECS, type OwnImageSpec } from "../own-images/specs";
import { readStackFile, type StackFile } from "../stack/stack-file";

export const command: Command = {
    summary: "save the images of a stack as archives",
    usage: `Usage: node tools/run.js images [--stack NAME] [--to FOLDER] [--list]

Pulls every image of a stack with the container engine and saves it as an archive, for clusters
on machines without registries (hearth:imageArchives). Archives that are there are kept. Fails
when an image cannot be had, after all others were saved.

  --stack NAME  whose layers and image settings count (default dev-fast)
  --to FOLDER   where to (default hearth:imageArchives, else the cache's folder images)
  --list        only prints the references

The node image of a Kind cluster is not among them: save it with
docker save, and docker load it on the other machine.`,
    options: { to: "value", list: "flag" },
    run: saveImages,
};

async function saveImages({ stack: name, flags, values }: ParsedArgs): Promise<number> {
    const project = projectRoot();
    const stack = readStackFile(project, name);
    if (stack.parsed.problems.length > 0) {
        throw new UserError(`stack ${stack.stack} is not valid`, stack.parsed.problems);
    }
    const images = stackImages(stack);
    if (flags.has("list")) {
        for (const { reference } of images) console.log(reference);
        return 0;
    }
    const folder = resolve(values.get("to") ?? stack.settings.imageArchives ?? join(cacheDir(), "images"));
    const results: ArchiveResult[] = [];
    for (const [index, image] of images.entries()) {
        console.error(`[${index + 1}/${images.length}] ${image.reference}`);
        const own = Object.values(OWN_IMAGE_SPECS).find(({ id }) => id === image.id);
        results.push(
            own === undefined
                ? await saveImage(answeringEngine(project, stack), image, folder)
                : await buildOwnImage(own, image, folder),
        );
    }
    for (const { image, outcome, reason } of results) {
        console.log(`${outcome.padEnd(9)}  ${image.reference}${reason === undefined ? "" : `: ${reason}`}`);
    }
    const failed = results.filter(({ outcome }) => outcome === "failed").length;
    console.log(`\n${results.length - failed} of ${results.length} images in ${folder}`);
    return failed === 0 ? 0 : 1;
}

function stackImages({ settings }: StackFile): readonly StackImage[] {
    return imagesOf({
        layers: layersOf(settings),
        demo: settings.demo,
        collector: settings.collector,
        images: { overrides: settings.images, registries: settings.registries, byTagOnly: false },
    });
}

/** The engine that the stack would use. @throws UserError when none answers */
function answeringEngine(project: string, { stack, settings }: StackFile): ContainerEngine {
    const { engines } = readEnvironment(project, stack, { ...settings, cluster: "kind" });
    const asked = settings.containerEngine;
    const engine = engineOf(settings, engines);
    if (engine !== undefined) return engine;
    throw new UserError("images cannot be pulled", [
        {
            where: "hearth:containerEngine",
            what: asked === "auto" ? "no container engine answers" : `${asked} does not answer`,
            fix: "start Docker, Podman or nerdctl",
        },
    ]);
}

/** Images of our own are in no registry: they are built here. */
async function buildOwnImage(spec: OwnImageSpec, image: StackImage, folder: string): Promise<ArchiveResult> {
    const file = archiveFile(image.reference);
    const path = join(folder, file);
    if (existsSync(path)) return { image, file, outcome: "was there" };
    try {
        const built = await ownImageArchive(spec, { report: (line) => console.error(line) });
        mkdirSync(folder, { recursive: true });
        copyFileSync(built.path, path);
        return { image, file, outcome: "saved" };
    } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { image, file, outcome: "failed", reason: error.problems[0]?.what ?? error.heading };
    }
}
