import { CHECKOUT_DIR } from "./paths";
import type { Problem } from "./problems";
import { hasLayer, type PlatformConfig } from "./schema";
import type { ImageId } from "./versions";

/** Folder of the archives of images that Hearth builds itself, relative to the project. */
export const OWN_IMAGES_DIR = `${CHECKOUT_DIR}/images`;

/** Images that are built from this repository, and which no registry has. */
export type OwnImageId = Extract<ImageId, "otel-collector" | "demo">;

interface Wanted extends Pick<PlatformConfig, "collector" | "layers"> {
    readonly cluster: Pick<PlatformConfig["cluster"], "provider">;
    readonly images: Pick<PlatformConfig["images"], "overrides">;
    /** Default false. */
    readonly demo?: boolean;
}

interface OwnImage {
    /** A stack runs it, and no other image in its place. */
    readonly runs: (config: Wanted) => boolean;
    /** What to do where its archive is not there. */
    readonly fix: string;
}

const OWN_IMAGES: Readonly<Record<OwnImageId, OwnImage>> = {
    "otel-collector": {
        runs: (config) =>
            hasLayer(config, "otel-collector") &&
            config.collector === "own" &&
            config.images.overrides["otel-collector"] === undefined,
        fix: "run make up or make collector, which build it; or set hearth:collector to upstream",
    },
    demo: {
        runs: ({ demo = false }) => demo,
        fix: "run make up, which builds it; or remove hearth:demo",
    },
};

const IDS: readonly OwnImageId[] = ["otel-collector", "demo"];

/** Name of an image's archive in the folder. */
export function ownArchive(id: OwnImageId): string {
    return `${id}.tar`;
}

/** Names of all archives. */
export const OWN_ARCHIVES: readonly string[] = IDS.map(ownArchive);

/** Images of our own that the nodes must be given: those of a Kind cluster. Simulated nodes have no images. */
export function neededOwnImages(config: Wanted): readonly OwnImageId[] {
    return config.cluster.provider === "kind" ? IDS.filter((id) => OWN_IMAGES[id].runs(config)) : [];
}

/** Archives of Hearth's own images that a Kind cluster's nodes need, relative to the project. */
export function ownImageArchives(config: Wanted): readonly string[] {
    return neededOwnImages(config).map((id) => `${OWN_IMAGES_DIR}/${ownArchive(id)}`);
}

/** What is wrong when an image that only this repository can make was not made yet. */
export function ownImageProblems(config: Wanted, available: readonly string[]): readonly Problem[] {
    return neededOwnImages(config)
        .filter((id) => !available.includes(ownArchive(id)))
        .map((id) => ({
            where: `image ${id}`,
            what: `${OWN_IMAGES_DIR}/${ownArchive(id)} is not there`,
            fix: OWN_IMAGES[id].fix,
        }));
}
