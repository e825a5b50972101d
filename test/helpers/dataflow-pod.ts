import assert from "node:assert/strict";
import type { Manifest } from "./manifests";
import { at } from "./observability";
import type { SimulatedCluster } from "./simulated-cluster";

/** A pod that writes logs, as the API server knows it. */
export interface LoggingPod {
    readonly name: string;
    readonly uid: string;
    readonly node: string;
}

export const POD_NAMESPACE = "shop";
export const POD_APP = "checkout";

/** What of a stack the collector needs to ask the API server: its account and its rights. */
export function collectorAccess(objects: readonly Manifest[]): readonly Manifest[] {
    return objects.filter(
        ({ kind, metadata }) =>
            (kind === "Namespace" && metadata.name === "node-agents") ||
            (/^(ServiceAccount|ClusterRole|ClusterRoleBinding)$/.test(kind) && metadata.name === "otel-collector"),
    );
}

/** An application of one pod, and the pod that the cluster's own controllers make of it. */
export async function startPod(cluster: SimulatedCluster): Promise<LoggingPod> {
    const labels = { "app.kubernetes.io/name": POD_APP };
    await cluster.apply([
        { apiVersion: "v1", kind: "Namespace", metadata: { name: POD_NAMESPACE } },
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: POD_APP, namespace: POD_NAMESPACE },
            spec: {
                replicas: 1,
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels },
                    spec: {
                        tolerations: [{ operator: "Exists" }],
                        containers: [{ name: "app", image: "app:1" }],
                    },
                },
            },
        },
    ]);
    const rollout = ["-n", POD_NAMESPACE, "rollout", "status", `deployment/${POD_APP}`, "--timeout=60s"];
    cluster.succeed(rollout);
    const pods: unknown = JSON.parse(cluster.succeed(["-n", POD_NAMESPACE, "get", "pods", "-o", "json"]));
    const pod = at(pods, "items/0");
    const [name, uid, node] = ["metadata/name", "metadata/uid", "spec/nodeName"].map((path) => String(at(pod, path)));
    assert.ok(name !== undefined && uid !== undefined && node !== undefined);
    return { name, uid, node };
}
