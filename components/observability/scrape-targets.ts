import type { Layer } from "../config/layers";
import { ARGOCD_METRICS, CILIUM_METRICS, ISTIO_METRICS } from "../config/metrics-ports";
import { KUBE_SYSTEM, namespaceName } from "../config/namespaces";
import { hasLayer, type PlatformConfig } from "../config/schema";

/** Pods whose metrics are at a known port, whatever their annotations say. */
export interface PodTarget {
    /** Name of the job, and label `job` of its series. */
    readonly job: string;
    /** At least one; an empty list would be every namespace. */
    readonly namespaces: readonly string[];
    /** Label and value that these pods bear, and no other pod of the namespaces. */
    readonly label: readonly [name: string, value: string];
    readonly port: number;
    readonly path: string;
    /** Regular expression of names that are not stored. */
    readonly unwanted?: string;
}

type Settings = Pick<PlatformConfig, "layers" | "applicationNamespaces">;

const METRICS = "/metrics";

/** Histograms: half of an agent's series, and no rule or dashboard reads one. */
const BUCKETS = ".+_bucket";

/** Label that istiod gives the pods of a waypoint, from the class of its Gateway. */
const WAYPOINT: PodTarget["label"] = ["gateway.networking.k8s.io/gateway-class-name", "istio-waypoint"];

/** Argo CD's programs and the ports that each has its metrics at. */
const ARGOCD_PORTS: Readonly<Record<string, number>> = {
    "argocd-application-controller": ARGOCD_METRICS.controller,
    "argocd-server": ARGOCD_METRICS.server,
    "argocd-repo-server": ARGOCD_METRICS.repoServer,
    "argocd-applicationset-controller": ARGOCD_METRICS.applicationSet,
};

/**
 * The pods of the layers cilium, istio and argocd. By their labels and ports, and not by annotations: some of their
 * charts set them on pods, some on Services, some not at all, and waypoints bear no label that would name a job.
 */
export function podTargets(settings: Settings): readonly PodTarget[] {
    const of: Readonly<Partial<Record<Layer, readonly PodTarget[]>>> = {
        cilium: cilium(),
        istio: istio(settings.applicationNamespaces),
        argocd: argocd(),
    };
    const layers: readonly Layer[] = ["cilium", "istio", "argocd"];
    return layers.filter((layer) => hasLayer(settings, layer)).flatMap((layer) => of[layer] ?? []);
}

function cilium(): readonly PodTarget[] {
    const agent = { namespaces: [KUBE_SYSTEM], label: ["k8s-app", "cilium"] as const, path: METRICS };
    return [
        { ...agent, job: "cilium-agent", port: CILIUM_METRICS.agent, unwanted: BUCKETS },
        // The same pods: Hubble is a part of the agent with a server of its own.
        { ...agent, job: "hubble", port: CILIUM_METRICS.hubble, unwanted: BUCKETS },
        {
            job: "cilium-operator",
            namespaces: [KUBE_SYSTEM],
            label: ["app.kubernetes.io/name", "cilium-operator"],
            port: CILIUM_METRICS.operator,
            path: METRICS,
            unwanted: BUCKETS,
        },
    ];
}

function istio(applications: readonly string[]): readonly PodTarget[] {
    const system = { namespaces: [namespaceName("mesh")], path: METRICS };
    const waypoint: PodTarget = {
        job: "waypoint",
        namespaces: applications,
        label: WAYPOINT,
        port: ISTIO_METRICS.waypoint,
        // The proxy's metrics and those of the agent beside it, merged.
        path: "/stats/prometheus",
        // Twenty buckets for each pair of a client and a server, twice.
        unwanted: "istio_(request|response)_bytes_bucket",
    };
    return [
        { ...system, job: "istiod", label: ["app", "istiod"], port: ISTIO_METRICS.istiod },
        { ...system, job: "istio-cni", label: ["k8s-app", "istio-cni-node"], port: ISTIO_METRICS.cni },
        { ...system, job: "ztunnel", label: ["app", "ztunnel"], port: ISTIO_METRICS.ztunnel },
        ...(applications.length > 0 ? [waypoint] : []),
    ];
}

function argocd(): readonly PodTarget[] {
    return Object.entries(ARGOCD_PORTS).map(([job, port]) => ({
        job,
        namespaces: [namespaceName("gitops")],
        label: ["app.kubernetes.io/name", job],
        port,
        path: METRICS,
    }));
}
