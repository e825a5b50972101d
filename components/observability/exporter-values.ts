import { resolveImage } from "../config/images";
import { namespaceName } from "../config/namespaces";
import type { PlatformConfig } from "../config/schema";
import { resources } from "../core/quantity";
import type { Values } from "../core/release";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";
import { pinnedTag, taggedImage } from "./chart-images";

/** Name of kube-state-metrics' Service and ServiceAccount. */
export const KUBE_STATE_METRICS = "kube-state-metrics";

const NOBODY = 65534;

/** One kind of objects that kube-state-metrics watches, and the API group it belongs to. */
interface Watched {
    readonly apiGroup: string;
    readonly resource: string;
}

/**
 * What kube-state-metrics watches: what rules and dashboards ask for. Not Secrets and ConfigMaps, which the chart has
 * it read: it would see their content for the sake of their number.
 */
export const WATCHED: readonly Watched[] = [
    ...["namespaces", "nodes", "persistentvolumeclaims", "persistentvolumes", "pods", "services"].map(inGroup("")),
    ...["daemonsets", "deployments", "replicasets", "statefulsets"].map(inGroup("apps")),
    ...["cronjobs", "jobs"].map(inGroup("batch")),
];

function inGroup(apiGroup: string): (resource: string) => Watched {
    return (resource) => ({ apiGroup, resource });
}

/** Values for the subchart `kube-state-metrics`. */
export function kubeStateMetricsValues({ images }: Pick<PlatformConfig, "images">): Values {
    const { registry, repository, tag } = taggedImage("kube-state-metrics", resolveImage("kube-state-metrics", images));
    const probe = { initialDelaySeconds: 1, periodSeconds: 3 };
    return {
        fullnameOverride: KUBE_STATE_METRICS,
        image: { registry, repository, tag },
        collectors: WATCHED.map(({ resource }) => resource),
        // `prometheus-rbac.ts` binds a role with exactly these.
        rbac: { create: false },
        // Prometheus has a job of its own for it.
        prometheusScrape: false,
        securityContext: { enabled: true, ...restrictedPod(NOBODY) },
        containerSecurityContext: RESTRICTED_CONTAINER,
        readinessProbe: probe,
        resources: resources("10m", "48Mi", "192Mi"),
    };
}

/** Values for the subchart `prometheus-node-exporter`: on every node, in the namespace that lets pods see the host. */
export function nodeExporterValues({ images }: Pick<PlatformConfig, "images">): Values {
    const { registry, repository, tag } = taggedImage("node-exporter", resolveImage("node-exporter", images));
    return {
        fullnameOverride: "prometheus-node-exporter",
        namespaceOverride: namespaceName("nodeAgents"),
        image: { registry, repository, tag },
        // The chart compares the tag's version, and fails on a tag that is none.
        version: pinnedTag("node-exporter").replace(/^v/, ""),
        // Mounts that come later would need a shared mount of the host's root, which Docker Desktop and rootless
        // engines do not have.
        hostRootFsMount: { mountPropagation: "" },
        // It sees the host's processes, network and files, and may do nothing about them.
        securityContext: restrictedPod(NOBODY),
        containerSecurityContext: RESTRICTED_CONTAINER,
        // Control plane nodes too, whatever they are tainted with.
        tolerations: [{ operator: "Exists" }],
        resources: resources("10m", "24Mi", "96Mi"),
    };
}
