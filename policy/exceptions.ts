/** One thing that may do what a rule forbids, and why. */
export interface Exception {
    /** Names of the rules. */
    readonly rules: readonly string[];
    /** The object: `DaemonSet node-agents/prometheus-node-exporter`. */
    readonly where: string;
    /** The containers, volumes, ports or keys that are meant; absent for the whole object. */
    readonly parts?: readonly string[];
    readonly reason: string;
    /** Only the official chart needs it, not the stand-in that tests have in its place. Default false. */
    readonly officialOnly?: boolean;
}

const CILIUM = "DaemonSet kube-system/cilium";
const CILIUM_OPERATOR = "Deployment kube-system/cilium-operator";
const CNI = "DaemonSet istio-system/istio-cni-node";
const ZTUNNEL = "DaemonSet istio-system/ztunnel";
const COLLECTOR = "DaemonSet node-agents/otel-collector";
const NODE_EXPORTER = "DaemonSet node-agents/prometheus-node-exporter";

/** Containers of Cilium's agent. The one that is privileged, mount-bpf-fs, ends before the agent begins. */
const CILIUM_INIT = [
    "config",
    "mount-cgroup",
    "apply-sysctl-overwrites",
    "mount-bpf-fs",
    "clean-cilium-state",
    "install-cni-binaries",
];
const CILIUM_CONTAINERS = [...CILIUM_INIT, "cilium-agent"];

/**
 * The named list: who may do what the rules forbid. A test fails for an entry, and for a part of one, that no object
 * needs any more. Users add theirs in Pulumi's configuration of policies, not here.
 */
export const EXCEPTIONS: readonly Exception[] = [
    {
        rules: ["no-host-path"],
        where: NODE_EXPORTER,
        parts: ["proc", "sys", "root"],
        reason: "it reads the figures of the node, all three read-only",
    },
    {
        rules: ["no-host-namespaces"],
        where: NODE_EXPORTER,
        parts: ["hostNetwork", "hostPID"],
        reason: "the figures of the node's network and processes can be seen from there only",
    },
    {
        rules: ["no-host-path"],
        where: COLLECTOR,
        parts: ["pod-logs", "state"],
        reason: "logs of pods are files of the node, read-only; how far they were read must outlive the pod",
    },
    {
        rules: ["no-root"],
        where: COLLECTOR,
        parts: ["collector"],
        reason: "the kubelet's log files belong to root; it has no capability and a read-only root file system",
    },
    {
        rules: ["no-privileged", "no-root"],
        where: CILIUM,
        parts: CILIUM_CONTAINERS,
        reason: "the agent loads programs into the node's kernel; only mount-bpf-fs is privileged, and it ends before the agent begins",
    },
    {
        rules: ["no-added-capabilities"],
        where: CILIUM,
        parts: CILIUM_CONTAINERS.filter((name) => name !== "install-cni-binaries"),
        reason: "each container has the capabilities of its own task in the node's kernel, as the chart lists them",
    },
    {
        rules: ["no-host-path"],
        where: CILIUM,
        parts: [
            "cilium-run",
            "cilium-netns",
            "bpf-maps",
            "hostproc",
            "cilium-cgroup",
            "cni-path",
            "etc-cni-netd",
            "lib-modules",
            "xtables-lock",
            "host-proc-sys-net",
            "host-proc-sys-kernel",
        ],
        reason: "it sets up the node's network: its CNI files, kernel modules, BPF maps and network namespaces",
    },
    {
        rules: ["no-host-namespaces"],
        where: CILIUM,
        parts: ["hostNetwork"],
        reason: "it makes the pods' network and cannot wait for it",
    },
    {
        rules: ["host-ports"],
        where: CILIUM,
        parts: ["cilium-agent"],
        reason: "it is on the node's network; a Kind node's address is reached from this machine only",
    },
    {
        rules: ["no-host-namespaces"],
        where: CILIUM_OPERATOR,
        parts: ["hostNetwork"],
        reason: "it gives out the pods' addresses and cannot wait for one",
    },
    {
        rules: ["host-ports", "no-root"],
        where: CILIUM_OPERATOR,
        parts: ["cilium-operator"],
        reason: "it is on the node's network, and its image names no other user; it has no capability",
    },
    {
        rules: ["no-privileged", "no-root", "no-added-capabilities"],
        where: CNI,
        parts: ["install-cni"],
        reason: "it enters the network namespaces of pods to lead their connections to ztunnel",
    },
    {
        rules: ["no-host-path"],
        where: CNI,
        parts: [
            "cni-bin-dir",
            "cni-host-procfs",
            "cni-ztunnel-sock-dir",
            "cni-net-dir",
            "cni-socket-dir",
            "cni-netns-dir",
        ],
        reason: "it writes into the node's CNI folders and meets ztunnel and the pods' network namespaces there",
    },
    {
        rules: ["no-privileged", "no-root", "no-added-capabilities"],
        where: ZTUNNEL,
        parts: ["istio-proxy"],
        reason: "it opens its sockets inside the pods' network namespaces and sees who is at the other end",
    },
    {
        rules: ["no-host-path"],
        where: ZTUNNEL,
        parts: ["cni-ztunnel-sock-dir"],
        reason: "istio-cni hands pods over to it by a socket on the node",
    },
    {
        rules: ["pod-security-labels"],
        where: "Namespace node-agents",
        reason: "node-exporter and the collector have files of the node; nothing else lives there",
    },
    {
        rules: ["pod-security-labels"],
        where: "Namespace istio-system",
        reason: "istio-cni and ztunnel work on the node and on other pods' network; nothing but the mesh lives there",
    },
    {
        rules: ["strict-mtls"],
        where: "PeerAuthentication edge/traefik",
        parts: ["8000", "9100"],
        reason: "a browser that comes by the NodePort and Prometheus, which is not in the mesh, have no identity in it",
    },
    {
        rules: ["no-wildcard-rbac"],
        where: "ClusterRole istiod-clusterrole-istio-system",
        parts: ["resources", "verbs"],
        reason: "istiod reads all kinds of Istio's and Gateway API's groups; the chart has no value for the lists",
        officialOnly: true,
    },
    {
        rules: ["no-wildcard-rbac"],
        where: "ClusterRole istio-reader-clusterrole-istio-system",
        parts: ["resources"],
        reason: "it may read all kinds of Istio's own API groups, and the chart has no value for the list",
        officialOnly: true,
    },
    {
        rules: ["no-plaintext-secret"],
        where: "Secret kube-system/hubble-relay-client-certs",
        reason: "Helm draws the certificates of Hubble's parts, for each other only; they let nobody in but to the flows",
    },
    {
        rules: ["no-plaintext-secret"],
        where: "Secret kube-system/hubble-server-certs",
        reason: "Helm draws the certificates of Hubble's parts, for each other only; they let nobody in but to the flows",
        officialOnly: true,
    },
    {
        rules: ["no-plaintext-secret"],
        where: "Secret kube-system/cilium-ca",
        reason: "Helm draws it to sign the certificates of Hubble's parts; nothing else trusts it",
        officialOnly: true,
    },
    {
        rules: ["no-plaintext-secret"],
        where: "Secret argocd/argocd-cluster-in-cluster",
        reason: "no secret is in it: it says that Argo CD is in the cluster that it manages",
    },
];
