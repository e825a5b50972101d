import type { ImageConfig } from "./images";
import type { Layer } from "./layers";
import type { HostPort } from "./ports";

/** The three modes that the docs speak of; derived from the layers, never set. */
export type Mode = "dev-fast" | "cilium" | "full";
export type Cni = "kindnetd" | "cilium";
export type ContainerEngine = "docker" | "podman" | "nerdctl";
export type ServiceType = "NodePort" | "LoadBalancer" | "ClusterIP";

/** Kubeadm and kubelet settings of a Kind cluster, each with its reason in `settings.ts`. */
export interface KindTuning {
    /** `--event-ttl` of the API server, a Go duration. */
    readonly eventTtl: string;
    /** `--auto-compaction-retention` of etcd (mode periodic), a Go duration. */
    readonly etcdCompaction: string;
    /** `--unsafe-no-fsync` of etcd. */
    readonly unsafeNoFsync: boolean;
    /** Leader election of controller manager and scheduler. */
    readonly leaderElection: boolean;
    /** Percent of the disk at which the kubelet begins to delete images, and to which it cleans up. */
    readonly imageGc: { readonly high: number; readonly low: number };
}

/** A cluster that `kind` makes in a container engine. */
export interface KindClusterConfig {
    readonly provider: "kind";
    readonly name: string;
    readonly engine: ContainerEngine;
    readonly workers: number;
    readonly cni: Cni;
    readonly nodeImage: string;
    readonly tuning: KindTuning;
    /** Folder of image archives (`docker save`) that every node gets before anything starts. */
    readonly imageArchives?: string;
    /** Registry host → URL of a pull-through mirror that the nodes ask first. */
    readonly registryMirrors: Readonly<Record<string, string>>;
    /** Merge into the user's kubeconfig and make it the current context. */
    readonly setCurrentContext: boolean;
}

/** A real control plane as local processes; nodes and pods are simulated by KWOK. */
export interface KwokClusterConfig {
    readonly provider: "kwok";
    readonly name: string;
    readonly workers: number;
    readonly cni: Cni;
}

/** A cluster that somebody else made, named by a kubeconfig context. */
export interface ExistingClusterConfig {
    readonly provider: "existing";
    readonly name: string;
    readonly context: string;
    /** Path of the kubeconfig; the user's default rules apply when absent. */
    readonly kubeconfig?: string;
    readonly serviceType: ServiceType;
}

export type ClusterConfig = KindClusterConfig | KwokClusterConfig | ExistingClusterConfig;

/** Where one chart comes from in this run: a path relative to the project. */
export interface ChartSource {
    /** Relative path of an archive or folder, for `helm.v3.Release`. */
    readonly path: string;
    /** A stand-in of our own writing instead of the official chart. */
    readonly standIn: boolean;
}

export type VolumeId = "prometheus" | "loki" | "tempo" | "garage-data" | "garage-meta" | "postgresql";

/** How Cilium is installed. */
export interface CiliumConfig {
    /** Cilium serves Services, and the cluster has no kube-proxy. */
    readonly kubeProxyReplacement: boolean;
    /** Cilium's Envoy, for L7 rules. */
    readonly l7Proxy: boolean;
}

/** Who signs the applications' tokens, and where a user's roles are told. */
export type Issuer =
    | {
          /** The API server; roles are lists of users. */
          readonly kind: "cluster";
          readonly roles: Readonly<Record<string, readonly string[]>>;
      }
    | {
          readonly kind: "oidc";
          /** The tokens' `iss`. */
          readonly issuer: string;
          /** Public keys: a JSON Web Key Set itself, or where istiod fetches it. */
          readonly keys: { readonly jwks: string } | { readonly url: string };
          /** The claim that lists a user's roles. */
          readonly rolesClaim: string;
      };

/** Who may call the applications, checked at their waypoints. */
export interface AccessConfig {
    readonly issuer: Issuer;
    /** Audiences of which a token must name one; at least one. */
    readonly audiences: readonly string[];
    /** Paths that need no token; `*` at one end. */
    readonly publicPaths: readonly string[];
    /** Path → role without which it is denied. */
    readonly rolePaths: Readonly<Record<string, string>>;
    /** ServiceAccounts in namespace `users`. */
    readonly users: readonly string[];
}

/** Where the applications come from. */
export interface GitopsConfig {
    /** URL of the repository that Argo CD delivers from; absent where there is no Argo CD, and Pulumi applies the tree. */
    readonly repository?: string;
    readonly revision: string;
    /** Glob of the folders that are an application each, in the repository or else in the checkout. */
    readonly path: string;
    /** Globs of folders among them that are left out. Default none. */
    readonly without?: readonly string[];
}

/** The whole of a stack's settings after the gate: complete, valid, immutable. */
export interface PlatformConfig {
    readonly stack: string;
    readonly mode: Mode;
    readonly cluster: ClusterConfig;
    readonly layers: readonly Layer[];
    readonly portOffset: number;
    readonly ports: readonly HostPort[];
    readonly images: ImageConfig;
    /** Kubernetes quantity per volume (`4Gi`). */
    readonly sizes: Readonly<Record<VolumeId, string>>;
    /** How long signals are kept, whole hours. */
    readonly retentionHours: { readonly metrics: number; readonly logs: number; readonly traces: number };
    /** URL of the folder with the alerts' runbooks, without a slash at its end; absent where there is only the checkout. */
    readonly runbooks?: string;
    /** PostgreSQL databases; each gets an owner role of the same name. */
    readonly databases: readonly string[];
    /** Which collector image runs: built from this repository, or upstream's contrib distribution. */
    readonly collector: "own" | "upstream";
    readonly edge: {
        /** Origins that browsers may call from. */
        readonly corsOrigins: readonly string[];
        /** Address that the auth middleware asks (forward auth); the middleware exists only with one. */
        readonly authAddress?: string;
        /** Requests per second and burst that the rate-limit middleware lets through per client. */
        readonly rateLimit: { readonly average: number; readonly burst: number };
    };
    readonly cilium: CiliumConfig;
    /** Namespaces of the applications, in every mode. */
    readonly applicationNamespaces: readonly string[];
    readonly access: AccessConfig;
    readonly gitops: GitopsConfig;
    /** The demo application is delivered as well. */
    readonly demo: boolean;
    /** Encrypted secrets file, relative to the project. */
    readonly secretsFile: string;
    /** Charts of the layers that are on. */
    readonly charts: Readonly<Record<string, ChartSource>>;
}

/** True when the layer is on. */
export function hasLayer(config: Pick<PlatformConfig, "layers">, layer: Layer): boolean {
    return config.layers.includes(layer);
}

/** True when nodes and pods are not real. */
export function isSimulated(config: Pick<PlatformConfig, "cluster">): boolean {
    return config.cluster.provider === "kwok";
}
