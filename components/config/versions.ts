import registry from "./registry.json";

export type ChartName = keyof typeof registry.charts;
export type ImageId = keyof typeof registry.images;

/** One file that a project publishes instead of a chart. */
export interface ManifestSpec {
    /** Path below the spec's `repository`, with `/` between folders. */
    readonly path: string;
    /** SHA-256 of the file in hex, where its project's git history tells it. */
    readonly sha256?: string;
}

/** One official chart, pinned. */
export interface ChartSpec {
    readonly name: ChartName;
    /** Exact version. */
    readonly version: string;
    /** Version of the program that the chart installs. */
    readonly appVersion: string;
    /** HTTP repository (index.yaml) of the official archive, or the folder of the manifests. */
    readonly repository: string;
    /**
     * For what its project publishes as plain manifests: their paths below `repository`, of which the chart is made
     * (tools/charts/manifests.ts).
     */
    readonly manifests?: readonly ManifestSpec[];
    /** SHA-256 of the official archive in hex, where its publisher or git history tells it. */
    readonly sha256?: string;
    /**
     * SHA-256 of the unpacked chart as a Nix archive (SRI form). Unlike `sha256` it does not depend on
     * the archive's timestamps, so an archive packaged by a mirror from the same files is accepted too.
     */
    readonly chartHash?: string;
}

/** Names of all charts in the registry. */
export const CHART_NAMES = Object.keys(registry.charts) as readonly ChartName[];

/** Names of all images in the registry. */
export const IMAGE_IDS = Object.keys(registry.images) as readonly ImageId[];

/** The registry's entry for one chart. */
export function chartSpec(name: ChartName): ChartSpec {
    return { name, ...registry.charts[name] };
}

/** File name of a chart's archive, as Helm repositories name it. */
export function chartFile(chart: Pick<ChartSpec, "name" | "version">): string {
    return `${chart.name}-${chart.version}.tgz`;
}

/** The pinned reference of one image: `registry/repository:tag[@digest]`. */
export function pinnedImage(id: ImageId): string {
    return registry.images[id].reference;
}

/** Kubernetes version of the simulated control plane. */
export const KUBERNETES_VERSION: string = registry.kubernetes.version;

/** Kind's node image, by digest. Source: release notes of kind v0.30.0. */
export const KIND_NODE_IMAGE: string = registry.kubernetes.nodeImage;
