import type { ChartName } from "./versions";
import { CHART_NAMES, chartSpec } from "./versions";
import { kubernetesOf } from "./kubernetes";
import type { PlatformConfig } from "./schema";
import { imagesOf } from "./stack-images";

/** Versions of everything that a stack runs, by name. */
export interface StackVersions {
    /** `1.34.0`; absent for an existing cluster, whose version is not ours to say. */
    readonly kubernetes?: string;
    /** Chart → its exact version. */
    readonly charts: Readonly<Record<string, string>>;
    /** Image id → reference as pods name it. */
    readonly images: Readonly<Record<string, string>>;
}

/** The versions of a stack, from its configuration alone: they are known before anything runs. */
export function stackVersions(
    config: Pick<PlatformConfig, "charts" | "cluster" | "collector" | "demo" | "images" | "layers">,
): StackVersions {
    const kubernetes = kubernetesOf(config.cluster.provider, nodeImageOf(config.cluster));
    const charts = CHART_NAMES.filter((name: ChartName) => name in config.charts);
    return {
        ...(kubernetes === undefined ? {} : { kubernetes }),
        charts: Object.fromEntries(charts.map((name) => [name, chartSpec(name).version])),
        images: Object.fromEntries(imagesOf(config).map(({ id, reference }) => [id, reference])),
    };
}

function nodeImageOf(cluster: PlatformConfig["cluster"]): string {
    return cluster.provider === "kind" ? cluster.nodeImage : "";
}
