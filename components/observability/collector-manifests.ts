import { stringify } from "yaml";
import type { ConfigMapArgs } from "@pulumi/kubernetes/core/v1/configMap";
import type { ServiceArgs } from "@pulumi/kubernetes/core/v1/service";
import type { ServiceAccountArgs } from "@pulumi/kubernetes/core/v1/serviceAccount";
import type { DaemonSetArgs } from "@pulumi/kubernetes/apps/v1/daemonSet";
import type { ClusterRoleArgs } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import type { ClusterRoleBindingArgs } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import { formatImage, resolveImage } from "../config/images";
import type { PlatformConfig } from "../config/schema";
import { checksum } from "../core/hash";
import { labels, selector } from "../core/labels";
import { resources } from "../core/quantity";
import {
    COLLECTOR_NAME,
    COLLECTOR_PORTS,
    COLLECTOR_STATE,
    NODE_NAME_VARIABLE,
    POD_LOGS,
    collectorConfig,
} from "./collector-config";

/** Everything that the collector consists of in the cluster. */
export interface CollectorManifests {
    readonly serviceAccount: ServiceAccountArgs;
    readonly clusterRole: ClusterRoleArgs;
    readonly clusterRoleBinding: ClusterRoleBindingArgs;
    readonly configMap: ConfigMapArgs;
    readonly daemonSet: DaemonSetArgs;
    readonly service: ServiceArgs;
}

/** The slice of stack config that decides what runs. */
export type CollectorPlatform = Pick<PlatformConfig, "layers" | "cluster" | "collector" | "images">;

/**
 * Memory in MiB. On a Kind node the pod used 21 idle, and 45 while a million lines waited for a slow Loki; as a
 * process of the host, which counts the program's own pages too, 53 idle and 73 at 28 000 lines per second.
 */
const MEMORY_MIB = { request: 96, limit: 256 };

const CONFIG_FOLDER = "/etc/otelcol";
const CONFIG_FILE = "config.yaml";

/** The collector's image: built from this repository, or upstream's; both have every component of the configuration. */
export function collectorImage(platform: Pick<PlatformConfig, "collector" | "images">): string {
    const id = platform.collector === "own" ? "otel-collector" : "otel-collector-upstream";
    return formatImage(resolveImage(id, platform.images));
}

/** The manifests of the collector, for the namespace of node agents. */
export function collectorManifests(platform: CollectorPlatform, namespace: string): CollectorManifests {
    const config = collectorConfig(platform, namespace);
    const allLabels = { ...labels(COLLECTOR_NAME, "telemetry-agent") };
    const metadata = { name: COLLECTOR_NAME, namespace, labels: allLabels };
    // Pulumi would wait for pods and endpoints; the readiness gate watches all of them at once.
    const unawaited = { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } };
    // A name of its own for every content: a change rolls the pods, and those still running keep what they started with.
    const configName = `${COLLECTOR_NAME}-${checksum(config)}`;
    return {
        serviceAccount: { metadata, automountServiceAccountToken: false },
        clusterRole: {
            metadata: { name: COLLECTOR_NAME, labels: allLabels },
            // What k8s_attributes asks for with the attributes that we extract: seen in its requests, not its manual.
            rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] }],
        },
        clusterRoleBinding: {
            metadata: { name: COLLECTOR_NAME, labels: allLabels },
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: COLLECTOR_NAME },
            subjects: [{ kind: "ServiceAccount", name: COLLECTOR_NAME, namespace }],
        },
        configMap: {
            metadata: { name: configName, namespace, labels: allLabels },
            // Unchangeable, so that the kubelet need not watch it.
            immutable: true,
            data: { [CONFIG_FILE]: stringify(config, { lineWidth: 0 }) },
        },
        daemonSet: { metadata: unawaited, spec: daemonSetSpec(collectorImage(platform), configName) },
        service: {
            metadata: unawaited,
            spec: {
                selector: { ...selector(COLLECTOR_NAME) },
                // To the collector of the sender's own node: it knows the node's pods, and no other.
                internalTrafficPolicy: "Local",
                ports: [
                    port("otlp-grpc", COLLECTOR_PORTS.otlpGrpc, "grpc"),
                    port("otlp-http", COLLECTOR_PORTS.otlpHttp, "http"),
                    port("metrics", COLLECTOR_PORTS.metrics, "http"),
                ],
            },
        },
    };
}

function port(name: string, number: number, appProtocol: string) {
    return { name, port: number, targetPort: name, appProtocol };
}

function daemonSetSpec(image: string, configName: string) {
    return {
        selector: { matchLabels: { ...selector(COLLECTOR_NAME) } },
        template: {
            metadata: {
                labels: { ...labels(COLLECTOR_NAME, "telemetry-agent") },
                annotations: {
                    "prometheus.io/scrape": "true",
                    "prometheus.io/port": String(COLLECTOR_PORTS.metrics),
                },
            },
            spec: {
                serviceAccountName: COLLECTOR_NAME,
                // Said here and not by the account, so that no other pod gets the token by naming it.
                automountServiceAccountToken: true,
                enableServiceLinks: false,
                // Every node has pods with logs, whatever it is tainted with.
                tolerations: [{ operator: "Exists" }],
                // Pods' logs belong to root and are readable by no one else.
                securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } },
                containers: [container(image)],
                volumes: [
                    { name: "config", configMap: { name: configName } },
                    { name: "pod-logs", hostPath: { path: POD_LOGS, type: "Directory" } },
                    { name: "state", hostPath: { path: COLLECTOR_STATE, type: "DirectoryOrCreate" } },
                ],
            },
        },
    };
}

function container(image: string) {
    return {
        name: "collector",
        image,
        imagePullPolicy: "IfNotPresent",
        // Arguments only: the entry points differ (/otelcol here, /otelcol-contrib upstream), what they take does not.
        args: [`--config=${CONFIG_FOLDER}/${CONFIG_FILE}`],
        env: [
            { name: NODE_NAME_VARIABLE, valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
            // Go collects garbage harder from here on, before memory_limiter has to refuse data.
            { name: "GOMEMLIMIT", value: `${Math.floor(MEMORY_MIB.limit * 0.8)}MiB` },
        ],
        ports: [
            { name: "otlp-grpc", containerPort: COLLECTOR_PORTS.otlpGrpc },
            { name: "otlp-http", containerPort: COLLECTOR_PORTS.otlpHttp },
            { name: "metrics", containerPort: COLLECTOR_PORTS.metrics },
            { name: "health", containerPort: COLLECTOR_PORTS.health },
        ],
        // Healthy 0.1 s after its start here; waiting for the list of pods may take half a minute more.
        startupProbe: { ...probe(), periodSeconds: 1, failureThreshold: 90 },
        readinessProbe: { ...probe(), periodSeconds: 5 },
        livenessProbe: { ...probe(), periodSeconds: 15, failureThreshold: 4 },
        resources: resources("20m", `${MEMORY_MIB.request}Mi`, `${MEMORY_MIB.limit}Mi`),
        securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            // Root without its powers.
            capabilities: { drop: ["ALL"] },
        },
        // A configuration that does not load says why in its last lines; the gate shows them.
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [
            { name: "config", mountPath: CONFIG_FOLDER, readOnly: true },
            { name: "pod-logs", mountPath: POD_LOGS, readOnly: true },
            { name: "state", mountPath: COLLECTOR_STATE },
        ],
    };
}

function probe() {
    return { httpGet: { path: "/", port: "health" }, timeoutSeconds: 2 };
}
