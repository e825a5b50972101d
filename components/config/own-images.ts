import { CHECKOUT_DIR } from "./paths";
import type { Problem } from "./problems";
import { hasLayer, type PlatformConfig } from "./schema";

/** Folder of the archives of images that Hearth builds itself, relative to the project. */
export const OWN_IMAGES_DIR = `${CHECKOUT_DIR}/images`;

/** Name of the collector's archive in it. */
export const COLLECTOR_ARCHIVE = "otel-collector.tar";

interface Wanted extends Pick<PlatformConfig, "collector" | "layers"> {
    readonly cluster: Pick<PlatformConfig["cluster"], "provider">;
    readonly images: Pick<PlatformConfig["images"], "overrides">;
}

/** True when the nodes need the collector's image that is built from this repository, which no registry has. */
export function needsOwnCollector(config: Wanted): boolean {
    const ours = config.collector === "own" && config.images.overrides["otel-collector"] === undefined;
    return config.cluster.provider === "kind" && hasLayer(config, "otel-collector") && ours;
}

/** Archives of Hearth's own images that a Kind cluster's nodes need, relative to the project. */
export function ownImageArchives(config: Wanted): readonly string[] {
    return needsOwnCollector(config) ? [`${OWN_IMAGES_DIR}/${COLLECTOR_ARCHIVE}`] : [];
}

/** What is wrong when an image that only this repository can make was not made yet. */
export function ownImageProblems(config: Wanted, available: readonly string[]): readonly Problem[] {
    if (!needsOwnCollector(config) || available.includes(COLLECTOR_ARCHIVE)) return [];
    return [
        {
            where: "image otel-collector",
            what: `${OWN_IMAGES_DIR}/${COLLECTOR_ARCHIVE} is not there`,
            fix: "run make up or make collector, which build it; or set hearth:collector to upstream",
        },
    ];
}
