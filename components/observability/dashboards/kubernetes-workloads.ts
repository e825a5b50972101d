import { promql, promqlNow, table, timeseries } from "./model";
import type { DashboardSpec } from "./render";
import { metricLabel } from "./variables";

/** Containers of the chosen namespaces; the sums over pods and nodes have no container. */
const CONTAINERS = 'namespace=~"$namespace", container!=""';
const NAMESPACES = 'namespace=~"$namespace"';

/** What pods use, what they asked for, and whether they are as they should be. Needs kube-state-metrics. */
export const KUBERNETES_WORKLOADS: DashboardSpec = {
    uid: "hearth-workloads",
    title: "Kubernetes workloads",
    description: "Pods by namespace: use of CPU and memory against requests and limits, readiness, restarts, volumes.",
    variables: [metricLabel("namespace", "kube_pod_info", "namespace")],
    rows: [
        {
            title: "Workloads",
            panels: [
                table({
                    title: "Pods not ready",
                    width: 12,
                    hide: ["condition", "instance", "job", "uid"],
                    queries: [
                        promqlNow(
                            `kube_pod_status_ready{condition="true", ${NAMESPACES}} == 0 ` +
                                'unless on (namespace, pod) kube_pod_status_phase{phase="Succeeded"} == 1',
                        ),
                    ],
                }),
                timeseries({
                    title: "Restarts",
                    width: 12,
                    unit: "short",
                    queries: [
                        promql(
                            `sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total{${NAMESPACES}}[$__rate_interval])) > 0`,
                            "{{namespace}}/{{pod}}",
                        ),
                    ],
                }),
                timeseries({
                    title: "Deployments: replicas missing",
                    unit: "short",
                    queries: [
                        promql(
                            `kube_deployment_spec_replicas{${NAMESPACES}} - kube_deployment_status_replicas_available{${NAMESPACES}}`,
                            "{{namespace}}/{{deployment}}",
                        ),
                    ],
                }),
                timeseries({
                    title: "StatefulSets: replicas missing",
                    unit: "short",
                    queries: [
                        promql(
                            `kube_statefulset_replicas{${NAMESPACES}} - kube_statefulset_status_replicas_ready{${NAMESPACES}}`,
                            "{{namespace}}/{{statefulset}}",
                        ),
                    ],
                }),
                timeseries({
                    title: "DaemonSets: pods missing",
                    unit: "short",
                    queries: [
                        promql(
                            `kube_daemonset_status_desired_number_scheduled{${NAMESPACES}} - kube_daemonset_status_number_ready{${NAMESPACES}}`,
                            "{{namespace}}/{{daemonset}}",
                        ),
                    ],
                }),
            ],
        },
        {
            title: "CPU",
            panels: [
                timeseries({
                    title: "Used",
                    width: 12,
                    unit: "cores",
                    queries: [
                        promql(
                            `sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{${CONTAINERS}}[$__rate_interval]))`,
                            "{{namespace}}/{{pod}}",
                        ),
                    ],
                }),
                timeseries({
                    title: "Used of what was requested",
                    width: 12,
                    unit: "percentunit",
                    queries: [
                        promql(
                            `sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{${CONTAINERS}}[$__rate_interval])) ` +
                                `/ sum by (namespace, pod) (kube_pod_container_resource_requests{resource="cpu", ${NAMESPACES}})`,
                            "{{namespace}}/{{pod}}",
                        ),
                    ],
                }),
            ],
        },
        {
            title: "Memory",
            panels: [
                timeseries({
                    title: "Used",
                    width: 12,
                    unit: "bytes",
                    queries: [
                        promql(
                            `sum by (namespace, pod) (container_memory_working_set_bytes{${CONTAINERS}})`,
                            "{{namespace}}/{{pod}}",
                        ),
                    ],
                }),
                timeseries({
                    title: "Used of the limit",
                    description: "A container that reaches 100 % is killed.",
                    width: 12,
                    unit: "percentunit",
                    queries: [
                        promql(
                            `max by (namespace, pod, container) (container_memory_working_set_bytes{${CONTAINERS}}) ` +
                                `/ max by (namespace, pod, container) (kube_pod_container_resource_limits{resource="memory", ${NAMESPACES}})`,
                            "{{namespace}}/{{pod}} {{container}}",
                        ),
                    ],
                }),
            ],
        },
        {
            title: "Network and volumes",
            panels: [
                timeseries({
                    title: "Received",
                    width: 12,
                    unit: "Bps",
                    queries: [
                        promql(
                            `sum by (namespace, pod) (rate(container_network_receive_bytes_total{${NAMESPACES}}[$__rate_interval]))`,
                            "{{namespace}}/{{pod}}",
                        ),
                    ],
                }),
                timeseries({
                    title: "Sent",
                    width: 12,
                    unit: "Bps",
                    queries: [
                        promql(
                            `sum by (namespace, pod) (rate(container_network_transmit_bytes_total{${NAMESPACES}}[$__rate_interval]))`,
                            "{{namespace}}/{{pod}}",
                        ),
                    ],
                }),
                table({
                    title: "Volume claims",
                    width: 12,
                    hide: ["instance", "job", "uid", "storageclass"],
                    queries: [promqlNow(`kube_persistentvolumeclaim_status_phase{${NAMESPACES}} == 1`)],
                }),
                timeseries({
                    title: "Volumes used",
                    description: "Kind's are folders of the node, of which the kubelet says nothing.",
                    width: 12,
                    unit: "percentunit",
                    queries: [
                        promql(
                            "max by (namespace, persistentvolumeclaim) " +
                                `(1 - kubelet_volume_stats_available_bytes{${NAMESPACES}} / kubelet_volume_stats_capacity_bytes{${NAMESPACES}})`,
                            "{{namespace}}/{{persistentvolumeclaim}}",
                        ),
                    ],
                }),
            ],
        },
    ],
};
