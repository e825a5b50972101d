import { stringify } from "yaml";
import type { KwokClusterConfig } from "../config/schema";
import { KUBERNETES_VERSION } from "../config/versions";
import { HOST_ADDRESS } from "../config/ports";
import { kwokStages } from "./kwok-stages";

/** Address of a simulated node, in the range of kind's Docker network; nothing answers there. */
function nodeAddress(index: number): string {
    return `172.18.0.${index + 2}`;
}

/** Flags that kwokctl does not set by itself, by component. */
const EXTRA_ARGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    // Several times faster; the data of a simulated cluster survives a kill, not a power cut.
    etcd: { "unsafe-no-fsync": "true" },
    "kube-apiserver": {
        // Otherwise the API server looks for an interface with a default route, and fails on a machine without network.
        "advertise-address": nodeAddress(0),
        // kubeadm's range; the default, 10.0.0.0/24, is short of addresses.
        "service-cluster-ip-range": "10.96.0.0/16",
        "event-ttl": "15m",
    },
    // With one of each, election only delays their start.
    "kube-controller-manager": { "leader-elect": "false" },
    "kube-scheduler": { "leader-elect": "false" },
};

/**
 * kwokctl's configuration: a secured control plane (TLS, client certificates, RBAC, default admission with Pod
 * Security) as processes that listen on the loopback address only, and the stages that stand in for kubelets.
 * Binaries and ports are the script's to find.
 */
export function kwokctlConfig(): string {
    const configuration = {
        apiVersion: "config.kwok.x-k8s.io/v1alpha1",
        kind: "KwokctlConfiguration",
        options: {
            runtime: "binary",
            bindAddress: HOST_ADDRESS,
            securePort: true,
            kubeAuthorization: true,
            kubeAdmission: true,
        },
        componentsPatches: Object.entries(EXTRA_ARGS).map(([name, args]) => ({
            name,
            extraArgs: Object.entries(args).map(([key, value]) => ({ key, value })),
        })),
    };
    return documents([configuration, ...kwokStages()]);
}

/** Simulated persistent volumes; more than the platform's own claims and a user's few. */
const VOLUMES = 24;

/**
 * What a fresh simulated cluster holds: its nodes, the default StorageClass that Kind has too, and volumes for
 * the real controller to bind claims to. No disk stands behind them.
 */
export function kwokObjects(config: KwokClusterConfig): string {
    const nodes = Array.from({ length: 1 + config.workers }, (_unused, index) => node(config, index));
    const volumes = Array.from({ length: VOLUMES }, (_unused, index) => volume(index));
    return documents([...nodes, STORAGE_CLASS, ...volumes]);
}

/** Names of the nodes, as kind would name them. */
export function kwokNodeName(cluster: string, index: number): string {
    if (index === 0) return `${cluster}-control-plane`;
    return index === 1 ? `${cluster}-worker` : `${cluster}-worker${index}`;
}

/** A developer's machine; the scheduler holds pods' requests against it. */
const CAPACITY = { cpu: "8", memory: "32Gi", pods: "110", "ephemeral-storage": "200Gi" } as const;

function node(config: KwokClusterConfig, index: number): Readonly<Record<string, unknown>> {
    const name = kwokNodeName(config.name, index);
    const controlPlane = index === 0;
    const podCIDR = `10.244.${index}.0/24`;
    return {
        apiVersion: "v1",
        kind: "Node",
        metadata: {
            name,
            annotations: { "kwok.x-k8s.io/node": "fake" },
            labels: {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "hearth.local/simulated": "true",
                ...(controlPlane ? { "node-role.kubernetes.io/control-plane": "" } : {}),
            },
        },
        spec: {
            podCIDR,
            podCIDRs: [podCIDR],
            providerID: `kwok://${name}`,
            // As with kind: a control plane that has workers takes no ordinary pods.
            ...(controlPlane && config.workers > 0
                ? { taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }] }
                : {}),
        },
        status: {
            addresses: [
                { type: "InternalIP", address: nodeAddress(index) },
                { type: "Hostname", address: name },
            ],
            capacity: CAPACITY,
            allocatable: CAPACITY,
            nodeInfo: {
                architecture: "amd64",
                operatingSystem: "linux",
                osImage: "simulated by KWOK",
                kernelVersion: "simulated",
                containerRuntimeVersion: "simulated://0",
                kubeletVersion: `v${KUBERNETES_VERSION}`,
                kubeProxyVersion: "",
                bootID: "",
                machineID: "",
                systemUUID: "",
            },
        },
    };
}

const STORAGE_CLASS_NAME = "standard";

const STORAGE_CLASS = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: STORAGE_CLASS_NAME, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "kubernetes.io/no-provisioner",
    reclaimPolicy: "Retain",
    volumeBindingMode: "WaitForFirstConsumer",
} as const;

function volume(index: number): Readonly<Record<string, unknown>> {
    return {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: `simulated-${String(index).padStart(2, "0")}`, labels: { "hearth.local/simulated": "true" } },
        spec: {
            // Larger than any claim of a development cluster.
            capacity: { storage: "1Ti" },
            accessModes: ["ReadWriteOnce", "ReadWriteMany"],
            persistentVolumeReclaimPolicy: "Retain",
            storageClassName: STORAGE_CLASS_NAME,
            hostPath: { path: "/simulated" },
        },
    };
}

function documents(values: readonly unknown[]): string {
    return values.map((value) => stringify(value, { lineWidth: 0 })).join("---\n");
}
