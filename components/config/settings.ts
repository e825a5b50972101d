import { APPLICATION_SETTINGS } from "./application-settings";
import { DEFAULT_LAYERS } from "./layers";
import type { SettingSpec } from "./setting-spec";
import { KIND_NODE_IMAGE } from "./versions";

/** All settings of a stack, keyed by their name in the namespace `hearth`. */
export const SETTINGS = {
    cluster: {
        type: "string",
        default: "auto",
        values: ["auto", "kind", "kwok", "existing"],
        description:
            "Who provides the cluster: `kind` (containers), `kwok` (a real control plane with simulated nodes), `existing` (a kubeconfig context). `auto` keeps what the stack has, else takes kind where a container engine answers, else kwok.",
    },
    clusterName: {
        type: "string",
        description: "Name of the cluster; `hearth-<stack>` when absent, so that stacks live side by side.",
    },
    containerEngine: {
        type: "string",
        default: "auto",
        values: ["auto", "docker", "podman", "nerdctl"],
        description: "Which container engine kind uses; `auto` takes the first that answers.",
    },
    context: { type: "string", description: "Kubeconfig context, for `existing`." },
    kubeconfig: {
        type: "string",
        description: "Path of the kubeconfig, for `existing`; KUBECONFIG or ~/.kube/config when absent.",
    },
    serviceType: {
        type: "string",
        default: "NodePort",
        values: ["NodePort", "LoadBalancer", "ClusterIP"],
        description: "Type of the Services that users reach, for `existing`.",
    },
    setCurrentContext: {
        type: "boolean",
        default: false,
        description:
            "Merge a kind cluster into the user's kubeconfig as current context; off, the kubeconfig stays isolated.",
    },
    workers: { type: "integer", default: 0, description: "Worker nodes beside the control plane (0 to 10)." },
    cni: {
        type: "string",
        default: "kindnetd",
        values: ["kindnetd", "cilium"],
        description: "Container network.",
    },
    layers: {
        type: "array",
        default: DEFAULT_LAYERS,
        description: "Parts of the platform that are on.",
    },
    portOffset: {
        type: "integer",
        default: 0,
        description: "Added to every host port, so that two stacks can run at once.",
    },
    chartMirror: {
        type: "string",
        description:
            "Where charts come from instead of their public repositories: a folder of archives, an http(s) repository, or an oci:// prefix.",
    },
    charts: {
        type: "string",
        default: "auto",
        values: ["auto", "official", "stand-in"],
        description:
            "`stand-in` uses the repository's own small charts (simulated cluster only), `official` insists on the real ones, `auto` takes the real ones where they can be had.",
    },
    kind: {
        type: "object",
        description: "Settings of the Kind cluster.",
        fields: {
            image: {
                type: "string",
                default: KIND_NODE_IMAGE,
                description: "Node image; its tag decides the Kubernetes version.",
            },
            eventTtl: {
                type: "string",
                default: "15m",
                description: "How long the API server keeps events; the default of 1h only fills etcd.",
            },
            etcdCompaction: {
                type: "string",
                default: "5m",
                description: "How much history etcd keeps; controllers need minutes, not hours.",
            },
            unsafeNoFsync: {
                type: "boolean",
                default: true,
                description:
                    "etcd does not wait for the disk: several times faster on laptops; the data is lost if the machine (not the process) crashes.",
            },
            leaderElection: {
                type: "boolean",
                default: false,
                description:
                    "Leader election of controller manager and scheduler; with one control plane it only delays their start.",
            },
            imageGcHigh: {
                type: "integer",
                default: 95,
                description: "Percent of disk use at which the kubelet deletes unused images.",
            },
            imageGcLow: { type: "integer", default: 80, description: "Percent of disk use to which it deletes them." },
        },
    },
    imageArchives: {
        type: "string",
        description:
            "Folder of image archives (`docker save`) that are loaded into the nodes: the air-gapped way. `make images` fills one.",
    },
    registryMirrors: {
        type: "object",
        mapOf: "string",
        description: "Registry host → URL of a pull-through mirror for kind's nodes.",
    },
    images: { type: "object", mapOf: "string", description: "Image id → full reference that replaces the pinned one." },
    registries: {
        type: "object",
        mapOf: "string",
        description: "Registry host → registry (with optional path) that stands in its place.",
    },
    sizes: {
        type: "object",
        description: "Sizes of the persistent volumes, as Kubernetes quantities.",
        fields: {
            prometheus: { type: "string", default: "5Gi", description: "Prometheus' time series." },
            loki: { type: "string", default: "1Gi", description: "Loki's write-ahead log; chunks are in Garage." },
            tempo: { type: "string", default: "1Gi", description: "Tempo's write-ahead log; blocks are in Garage." },
            "garage-data": { type: "string", default: "10Gi", description: "Garage's objects." },
            "garage-meta": { type: "string", default: "1Gi", description: "Garage's metadata." },
            postgresql: { type: "string", default: "2Gi", description: "PostgreSQL's data." },
        },
    },
    retention: {
        type: "object",
        description: "Hours that signals are kept.",
        fields: {
            metrics: { type: "integer", default: 24, description: "Hours that Prometheus keeps samples." },
            logs: { type: "integer", default: 48, description: "Hours that Loki keeps log lines." },
            traces: { type: "integer", default: 48, description: "Hours that Tempo keeps traces." },
        },
    },
    runbooks: {
        type: "string",
        description:
            "URL of a folder where people can read the pages of `docs/runbooks`, say of your fork; alerts link there. Without it they name the path in the checkout.",
    },
    databases: {
        type: "array",
        default: ["app"],
        description: "PostgreSQL databases; each is owned by a role of the same name with a password of its own.",
    },
    collector: {
        type: "string",
        default: "own",
        values: ["own", "upstream"],
        description: "OpenTelemetry Collector image: built from this repository, or upstream's contrib distribution.",
    },
    corsOrigins: {
        type: "array",
        default: ["http://localhost:5173"],
        description: "Origins that browsers may call the edge from.",
    },
    authAddress: {
        type: "string",
        description: "URL that Traefik's auth middleware asks about every request (forward auth).",
    },
    rateLimit: {
        type: "object",
        description: "Traefik's rate-limit middleware, per client.",
        fields: {
            average: { type: "integer", default: 100, description: "Requests per second." },
            burst: {
                type: "integer",
                default: 50,
                description: "Requests above the average that are let through at once.",
            },
        },
    },
    cilium: {
        type: "object",
        description: "Settings of Cilium.",
        fields: {
            kubeProxyReplacement: {
                type: "boolean",
                default: false,
                description:
                    "Cilium serves Services instead of kube-proxy; off, since ambient is proven beside kube-proxy and half-way states cost the API server's address (cilium/cilium#27900).",
            },
            l7Proxy: {
                type: "boolean",
                default: true,
                description: "Cilium's Envoy, for HTTP and DNS rules of users; Hearth's own policies need none.",
            },
        },
    },
    ...APPLICATION_SETTINGS,
    secretsFile: {
        type: "string",
        description: "SOPS file with this stack's secrets; `secrets/<stack>.sops.yaml` when absent.",
    },
} as const satisfies Readonly<Record<string, SettingSpec>>;

export type SettingName = keyof typeof SETTINGS;

/** The specification of one setting with its literal types widened. */
export function settingSpec(name: SettingName): SettingSpec {
    return SETTINGS[name];
}

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];
