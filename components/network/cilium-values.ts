import { formatImage, resolveImage, type ImageConfig } from "../config/images";
import { CILIUM_METRICS } from "../config/metrics-ports";
import { portOf } from "../config/ports";
import { hasLayer, type PlatformConfig, type ServiceType } from "../config/schema";
import type { ImageId } from "../config/versions";
import { checksum } from "../core/hash";
import { resources } from "../core/quantity";
import type { Values } from "../core/release";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";

/** What of a stack's settings Cilium depends on. */
export type CiliumSettings = Pick<PlatformConfig, "cilium" | "cluster" | "images" | "layers">;

/** Unprivileged users of the images, as the chart has them. */
const USER = { relay: 65532, ui: 1001 } as const;

/** Port of the API server inside the control plane's container, as kubeadm sets it. */
const API_SERVER_PORT = 6443;

/** Longest name that Cilium takes for a cluster. Source: the chart's own check. */
const LONGEST_NAME = 32;

/**
 * Days that Hubble's certificates and their CA are good for, the chart's default for the CA. The chart makes them at
 * the first install and keeps them ever after, so that certificates of a shorter life would end with nobody to renew
 * them.
 */
const CERTIFICATE_DAYS = 1095;

/** Adds the namespaces of both ends to a metric; pods would be a series each. */
const BY_NAMESPACE = "labelsContext=source_namespace,destination_namespace";

/** Metrics that Hubble makes of flows; those in the second list exist only where Cilium's proxy reads requests. */
const FLOW_METRICS = {
    always: [
        `flow:${BY_NAMESPACE}`,
        `drop:${BY_NAMESPACE}`,
        `policy:${BY_NAMESPACE}`,
        "tcp",
        "icmp",
        "port-distribution",
    ],
    proxied: ["dns", `httpV2:exemplars=true;${BY_NAMESPACE}`],
} as const;

/**
 * The name that Cilium knows a cluster by, as Hubble shows it: the cluster's own, and where that is too long its
 * beginning with a checksum of the whole.
 */
export function ciliumClusterName(name: string): string {
    if (name.length <= LONGEST_NAME) return name;
    const mark = checksum(name).slice(0, 8);
    return `${name.slice(0, LONGEST_NAME - mark.length - 1).replace(/-+$/, "")}-${mark}`;
}

/**
 * Values for the chart `cilium`, the same for real and simulated nodes: nothing in them needs what a simulated node
 * has not got. The chart's other defaults stand: overlay (VXLAN) between nodes, IPv4, agents with named capabilities
 * instead of `privileged`, one init container of theirs that mounts the BPF file system excepted.
 *
 * @param serviceType how users reach the Hubble UI
 */
export function ciliumValues(settings: CiliumSettings, serviceType: ServiceType): Values {
    const { cilium, cluster, images } = settings;
    return {
        cluster: { name: ciliumClusterName(cluster.name) },
        image: image("cilium", images),
        // The ranges that kubeadm (or the simulated control plane) gave to the nodes.
        ipam: { mode: "kubernetes" },
        ...serviceHandling(settings),
        ...besideIstio(),
        // Namespaces are closed by policies that select them. `always` would also close kube-system, which has none.
        policyEnforcementMode: "default",
        l7Proxy: cilium.l7Proxy,
        // Without a DaemonSet of its own the agent starts its Envoy once a rule needs it. Until then nothing would
        // answer on the port of Envoy's metrics.
        envoy: { enabled: false, prometheus: { enabled: false } },
        // Gateway API and Ingress are Istio's and Traefik's here.
        gatewayAPI: { enabled: false },
        ingressController: { enabled: false },
        tls: withoutSecrets(),
        operator: operator(images),
        hubble: hubble(settings, serviceType),
        prometheus: { enabled: true, port: CILIUM_METRICS.agent },
        // Agents read their configuration when they start.
        rollOutCiliumPods: true,
        // The agent compiles its BPF programs itself; the limit is for clang, not for the agent.
        resources: resources("50m", "256Mi", "1Gi"),
        initResources: resources("10m", "64Mi", "256Mi"),
        cni: {
            exclusive: false,
            iptablesRemoveAWSRules: false,
            // The chart's default of 100m for an init container would count as the pod's request.
            resources: resources("10m", "16Mi", "256Mi"),
        },
    };
}

/** Values for the chart `cilium-crds`, which is made of manifests and has none. */
export function ciliumCrdsValues(): Values {
    return {};
}

/**
 * kube-proxy stays by default: ambient is proven beside it, and no agent needs an address of the API server before it
 * serves Services itself. Without kube-proxy (kind: `kubeProxyMode: none`) that address has to be given: the control
 * plane's name, which the container network resolves.
 */
function serviceHandling({ cilium, cluster }: CiliumSettings): Values {
    if (!cilium.kubeProxyReplacement) return { kubeProxyReplacement: "false" };
    return {
        kubeProxyReplacement: "true",
        k8sServiceHost: `${cluster.name}-control-plane`,
        k8sServicePort: API_SERVER_PORT,
    };
}

/**
 * What Istio ambient needs of Cilium; the same without Istio, so that mode cilium proves the network that full has.
 * `cni.exclusive: false`, its third part, is above.
 */
function besideIstio(): Values {
    return {
        // Pods must send to Services' addresses: translated in the socket, they would go round ztunnel and waypoint.
        socketLB: { hostNamespaceOnly: true },
        // It would rewrite the address 169.254.7.127 that ambient's probes come from (istio/istio#52208), and it only
        // exists where Cilium replaces kube-proxy.
        bpf: { masquerade: false },
    };
}

/**
 * Cilium reads no Secret. Only rules that end TLS or match on a secret header would need to, and for those the operator
 * would read every Secret of the cluster, and the chart would make a namespace of its own.
 */
function withoutSecrets(): Values {
    return {
        secretsNamespace: { create: false, name: "" },
        secretSync: { enabled: false },
        ca: { certValidityDuration: CERTIFICATE_DAYS },
    };
}

function operator(images: ImageConfig): Values {
    return {
        replicas: 1,
        image: image("cilium-operator", images),
        // Kinds are the chart `cilium-crds`', so that policies are in place before the first agent.
        skipCRDCreation: true,
        // No other network was here before, so no pod needs to be killed to join this one.
        unmanagedPodWatcher: { restart: false },
        prometheus: { enabled: true, port: CILIUM_METRICS.operator },
        rollOutPods: true,
        resources: resources("10m", "64Mi", "256Mi"),
    };
}

function hubble(settings: CiliumSettings, serviceType: ServiceType): Values {
    const { cilium, images } = settings;
    return {
        enabled: true,
        metrics: {
            enabled: [...FLOW_METRICS.always, ...(cilium.l7Proxy ? FLOW_METRICS.proxied : [])],
            // Exemplars exist in this format only.
            enableOpenMetrics: true,
            port: CILIUM_METRICS.hubble,
        },
        // Flows are shown to whoever may see the UI: no credentials in them.
        redact: {
            enabled: true,
            http: { urlQuery: true, userInfo: true, headers: { deny: ["authorization", "cookie", "set-cookie"] } },
        },
        // Relay and agents know each other by certificates that the chart makes, without a Job, and then keeps by
        // looking them up in the cluster. Pulumi compares values, so that they are no change.
        tls: { auto: { enabled: true, method: "helm", certValidityDuration: CERTIFICATE_DAYS } },
        relay: {
            enabled: true,
            image: image("hubble-relay", images),
            rollOutPods: true,
            // A debugger's port.
            gops: { enabled: false },
            podSecurityContext: restrictedPod(USER.relay),
            securityContext: RESTRICTED_CONTAINER,
            resources: resources("10m", "32Mi", "128Mi"),
        },
        ui: hasLayer(settings, "hubble-ui") ? hubbleUi(images, serviceType) : { enabled: false },
    };
}

function hubbleUi(images: ImageConfig, serviceType: ServiceType): Values {
    // nginx, in the frontend, keeps files beside its program.
    const container = { ...RESTRICTED_CONTAINER, readOnlyRootFilesystem: false };
    return {
        enabled: true,
        rollOutPods: true,
        service: {
            type: serviceType,
            ...(serviceType === "NodePort" ? { nodePort: portOf("hubble-ui").nodePort } : {}),
        },
        securityContext: restrictedPod(USER.ui),
        frontend: {
            image: image("hubble-ui", images),
            securityContext: container,
            resources: resources("5m", "16Mi", "64Mi"),
        },
        backend: {
            image: image("hubble-ui-backend", images),
            securityContext: container,
            resources: resources("5m", "48Mi", "128Mi"),
        },
    };
}

/** A whole reference: the chart would otherwise build one of its own parts, by digest even where archives have none. */
function image(id: ImageId, images: ImageConfig): Values {
    return { override: formatImage(resolveImage(id, images)) };
}
