import { GIT_SERVER } from "../../config/delivery";
import type { Layer } from "../../config/layers";
import { KUBE_SYSTEM, namespaceName } from "../../config/namespaces";
import { hasLayer, type PlatformConfig } from "../../config/schema";
import { promqlNow, stat, type Panel } from "./model";

/** How Prometheus knows that a layer is well; each expression is 1 or 0, or has no value. */
const HEALTH: Readonly<Record<Layer, string>> = {
    traefik: up("traefik"),
    prometheus: up("prometheus"),
    alertmanager: up("alertmanager"),
    "kube-state-metrics": up("kube-state-metrics"),
    "node-exporter": up("prometheus-node-exporter"),
    grafana: up("grafana"),
    loki: up("loki"),
    tempo: up("tempo"),
    "otel-collector": up("otel-collector"),
    garage: "min(cluster_healthy)",
    postgresql: "min(pg_up)",
    "hubble-ui": available(KUBE_SYSTEM, "hubble-ui"),
    istio: up("istiod", "ztunnel", "istio-cni"),
    argocd: up(
        "argocd-application-controller",
        "argocd-server",
        "argocd-repo-server",
        "argocd-applicationset-controller",
    ),
    cilium: up("cilium-agent", "cilium-operator"),
    "git-server": available(namespaceName("gitops"), GIT_SERVER),
};

/** Layers that show no metrics themselves: kube-state-metrics has to say whether they run. */
const SILENT: readonly Layer[] = ["hubble-ui", "git-server"];

/** Whether each layer that is on is well. Without kube-state-metrics, not of those that show no metrics. */
export function layerHealth(settings: Pick<PlatformConfig, "layers">): Panel {
    const asked = settings.layers.filter(
        (layer) => !SILENT.includes(layer) || hasLayer(settings, "kube-state-metrics"),
    );
    return stat({
        title: "Layers",
        description: "Whether every pod of them answers; PostgreSQL and Garage say themselves whether they are well.",
        width: 24,
        unit: "bool_yes_no",
        badBelow: 1,
        queries: asked.map((layer) => promqlNow(`${HEALTH[layer]} or vector(0)`, layer)),
    });
}

/** Every target of these jobs answers, and each job has one. */
function up(...jobs: readonly string[]): string {
    return jobs.length === 1
        ? `min(up{job="${jobs.join()}"})`
        : `count(min by (job) (up{job=~"${jobs.join("|")}"}) == 1) == bool ${jobs.length}`;
}

function available(namespace: string, deployment: string): string {
    return `min(kube_deployment_status_replicas_available{namespace="${namespace}", deployment="${deployment}"}) > bool 0`;
}
