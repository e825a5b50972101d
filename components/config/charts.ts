import type { Layer } from "./layers";
import { CHARTS_DIR } from "./paths";
import type { Problem } from "./problems";
import type { ChartSource } from "./schema";
import { chartFile, chartSpec, type ChartName } from "./versions";

/** What `hearth:charts` may say. */
export type ChartPolicy = "auto" | "official" | "stand-in";

/** Folder of the stand-in charts, relative to the project. */
export const STAND_INS_DIR = "test/fixtures/charts";

/** Which charts a layer is installed by; layers that are not listed are our own manifests. */
const CHARTS_OF_LAYER: Readonly<Partial<Record<Layer, readonly ChartName[]>>> = {
    traefik: ["gateway-api", "traefik-crds", "traefik"],
    prometheus: ["prometheus"],
    alertmanager: ["prometheus"],
    "kube-state-metrics": ["prometheus"],
    "node-exporter": ["prometheus"],
    grafana: ["grafana"],
    loki: ["loki"],
    tempo: ["tempo"],
    cilium: ["cilium-crds", "cilium"],
    istio: ["gateway-api", "base", "istiod", "cni", "ztunnel"],
    argocd: ["argo-cd"],
};

/** The charts that a set of layers needs, each once, in the layers' order. */
export function chartsOf(layers: readonly Layer[]): readonly ChartName[] {
    return [...new Set(layers.flatMap((layer) => CHARTS_OF_LAYER[layer] ?? []))];
}

/** Sources of all charts that have one, and a problem for each that has none. */
export interface ChartSources {
    readonly sources: Readonly<Record<string, ChartSource>>;
    readonly problems: readonly Problem[];
}

/**
 * Where each chart comes from. Pure: `make up` and `make charts` have put verified archives into `.hearth/charts`
 * before; a program that downloaded would make previews depend on the network.
 *
 * A stand-in never reaches a cluster with real nodes: it would come up, and be useless.
 *
 * @param available names of the files in `.hearth/charts`
 * @param simulated nodes and pods of the cluster are simulated
 */
export function chartSources(
    needed: readonly ChartName[],
    available: readonly string[],
    policy: ChartPolicy,
    simulated: boolean,
): ChartSources {
    if (policy === "stand-in" && !simulated) return { sources: {}, problems: [STAND_IN_ON_REAL_NODES] };
    const sources: Record<string, ChartSource> = {};
    const problems: Problem[] = [];
    for (const name of needed) {
        const file = chartFile(chartSpec(name));
        if (policy !== "stand-in" && available.includes(file)) {
            sources[name] = { path: `./${CHARTS_DIR}/${file}`, standIn: false };
        } else if (policy !== "official" && simulated) {
            sources[name] = { path: `./${STAND_INS_DIR}/${name}`, standIn: true };
        } else {
            problems.push(missing(name, file));
        }
    }
    return { sources, problems };
}

const STAND_IN_ON_REAL_NODES: Problem = {
    where: "hearth:charts",
    what: "stand-in charts are for the simulated cluster only, and this stack's nodes are real",
    fix: "set hearth:charts to auto, or hearth:cluster to kwok",
};

function missing(name: ChartName, file: string): Problem {
    return {
        where: `chart ${name}`,
        what: `${CHARTS_DIR}/${file} is not there`,
        fix: "run make charts; without internet, first set hearth:chartMirror to a folder or repository that has it",
    };
}

/**
 * The source of one chart that the gate has found.
 * @throws Error when it was not asked for, which is a mistake in the program
 */
export function sourceOf(charts: Readonly<Record<string, ChartSource>>, name: ChartName): ChartSource {
    const source = charts[name];
    if (source === undefined) throw new Error(`chart ${name} belongs to no layer that is on`);
    return source;
}
