import { stringify } from "yaml";
import { HOST_ADDRESS, type HostPort } from "../config/ports";
import type { KindClusterConfig, KindTuning } from "../config/schema";
import { clusterConfigurationPatches, controlPlaneArgs, kubeadmApi } from "./kubeadm";
import { kubernetesVersionOf } from "./kubernetes-version";

/** Folder on the nodes where containerd looks for registries' `hosts.toml`. */
export const CERTS_DIR = "/etc/containerd/certs.d";

/** How many images the kubelet pulls at once; one after the other, as is its default, only waits for the slowest. */
const PARALLEL_PULLS = 5;

export interface KindConfigOptions {
    /** Services are kube-proxy's; false where Cilium serves them. Default true. */
    readonly kubeProxy?: boolean;
}

/**
 * Configuration of a Kind cluster as YAML (`kind.x-k8s.io/v1alpha4`): a control plane that carries the host
 * ports, and the workers. The same input gives the same text, so its hash tells whether the cluster must change.
 */
export function kindConfig(
    config: KindClusterConfig,
    ports: readonly HostPort[],
    { kubeProxy = true }: KindConfigOptions = {},
): string {
    // The form of kubeadm's patches depends on the version, which the node image's tag tells.
    const api = kubeadmApi(kubernetesVersionOf(config.nodeImage));
    const kubeadm = clusterConfigurationPatches(controlPlaneArgs(config.tuning), api);
    const patches = [...kubeadm.merge, kubeletConfiguration(config.tuning)];
    return yaml({
        apiVersion: "kind.x-k8s.io/v1alpha4",
        kind: "Cluster",
        name: config.name,
        networking: {
            apiServerAddress: HOST_ADDRESS,
            // Cilium brings its own network; two would fight over the pods' addresses.
            ...(config.cni === "cilium" ? { disableDefaultCNI: true } : {}),
            ...(kubeProxy ? {} : { kubeProxyMode: "none" }),
        },
        kubeadmConfigPatches: patches.map(yaml),
        ...(kubeadm.json6902.length === 0
            ? {}
            : {
                  kubeadmConfigPatchesJSON6902: kubeadm.json6902.map(({ operations, ...target }) => ({
                      ...target,
                      patch: yaml(operations),
                  })),
              }),
        ...(Object.keys(config.registryMirrors).length === 0
            ? {}
            : { containerdConfigPatches: [CONTAINERD_REGISTRY_PATCH] }),
        nodes: [controlPlane(config, ports), ...Array.from({ length: config.workers }, () => worker(config))],
    });
}

function controlPlane(config: KindClusterConfig, ports: readonly HostPort[]): Readonly<Record<string, unknown>> {
    return {
        role: "control-plane",
        image: config.nodeImage,
        extraPortMappings: ports.map(({ nodePort, hostPort }) => ({
            containerPort: nodePort,
            hostPort,
            listenAddress: HOST_ADDRESS,
            protocol: "TCP",
        })),
    };
}

function worker(config: KindClusterConfig): Readonly<Record<string, unknown>> {
    return { role: "worker", image: config.nodeImage };
}

function kubeletConfiguration({ imageGc }: KindTuning): Readonly<Record<string, unknown>> {
    return {
        apiVersion: "kubelet.config.k8s.io/v1beta1",
        kind: "KubeletConfiguration",
        imageGCHighThresholdPercent: imageGc.high,
        imageGCLowThresholdPercent: imageGc.low,
        // The kubelet sees the host's disk. Kind's own values, kept: pods are not evicted because a laptop is full.
        evictionHard: { "nodefs.available": "0%", "nodefs.inodesFree": "0%", "imagefs.available": "0%" },
        serializeImagePulls: false,
        maxParallelImagePulls: PARALLEL_PULLS,
    };
}

/**
 * Node images up to and including those of kind v0.30.0 do not look into `CERTS_DIR` by themselves. The plugin's
 * name is that of containerd's configuration version 2, which kind's images have.
 */
const CONTAINERD_REGISTRY_PATCH = `[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "${CERTS_DIR}"
`;

/** Docker Hub's API is not at the address that its images are named by. */
const UPSTREAM_HOSTS: Readonly<Record<string, string>> = { "docker.io": "registry-1.docker.io" };

/** Address of a registry's API, by the host that images are named by. */
export function registryUrl(host: string): string {
    return `https://${UPSTREAM_HOSTS[host] ?? host}`;
}

/** `hosts.toml` of one registry: its mirror is asked first, the registry itself when the mirror fails. */
export function registryHosts(host: string, mirror: string): string {
    return [
        `server = ${JSON.stringify(registryUrl(host))}`,
        "",
        `[host.${JSON.stringify(mirror)}]`,
        '  capabilities = ["pull", "resolve"]',
        "",
    ].join("\n");
}

/** Without anchors: values that are equal by chance are spelled out, which people and kubeadm read the same way. */
function yaml(value: unknown): string {
    return stringify(value, { aliasDuplicateObjects: false });
}
