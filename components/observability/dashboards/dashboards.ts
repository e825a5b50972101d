import type { Layer } from "../../config/layers";
import { hasLayer, type PlatformConfig } from "../../config/schema";
import { COLLECTOR } from "./collector";
import { GARAGE } from "./garage";
import { gitops } from "./gitops";
import { KUBERNETES_WORKLOADS } from "./kubernetes-workloads";
import { logsDashboard } from "./logs";
import { mesh } from "./mesh";
import type { JsonObject } from "./model";
import { NETWORK } from "./network";
import { platformOverview } from "./platform-overview";
import { POSTGRESQL } from "./postgresql";
import { renderDashboard, type DashboardSpec } from "./render";
import { services } from "./services";
import { tracesDashboard } from "./traces";
import { TRAEFIK_EDGE } from "./traefik-edge";

type Settings = Pick<PlatformConfig, "layers">;

/** One dashboard: which layers it cannot do without, and what it shows on a stack. */
interface Entry {
    readonly layers: readonly Layer[];
    readonly build: (settings: Settings) => DashboardSpec;
}

const ENTRIES: readonly Entry[] = [
    { layers: ["prometheus"], build: platformOverview },
    { layers: ["prometheus", "kube-state-metrics"], build: () => KUBERNETES_WORKLOADS },
    { layers: ["prometheus", "tempo"], build: services },
    { layers: ["loki"], build: logsDashboard },
    { layers: ["tempo"], build: tracesDashboard },
    { layers: ["prometheus", "otel-collector"], build: () => COLLECTOR },
    { layers: ["prometheus", "traefik"], build: () => TRAEFIK_EDGE },
    { layers: ["prometheus", "garage"], build: () => GARAGE },
    { layers: ["prometheus", "postgresql"], build: () => POSTGRESQL },
    { layers: ["prometheus", "cilium"], build: () => NETWORK },
    { layers: ["prometheus", "istio"], build: mesh },
    { layers: ["prometheus", "argocd"], build: gitops },
];

/** The dashboards of the layers that are on. No panel asks a data source whose layer is off. */
export function dashboardSpecs(settings: Settings): readonly DashboardSpec[] {
    return ENTRIES.filter(({ layers }) => layers.every((layer) => hasLayer(settings, layer))).map(({ build }) =>
        build(settings),
    );
}

/** The same in Grafana's own JSON. */
export function dashboards(settings: Settings): readonly JsonObject[] {
    return dashboardSpecs(settings).map(renderDashboard);
}

/** Content of a ConfigMap: one file per dashboard. */
export function dashboardFiles(settings: Settings): Readonly<Record<string, string>> {
    return Object.fromEntries(
        dashboardSpecs(settings).map((spec) => [`${spec.uid}.json`, JSON.stringify(renderDashboard(spec))]),
    );
}
