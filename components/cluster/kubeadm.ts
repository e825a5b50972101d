import type { KindTuning } from "../config/schema";
import { isAtLeast, type KubernetesVersion } from "./kubernetes-version";

/** Versions of kubeadm's configuration API that kind writes. */
export type KubeadmApi = "v1beta3" | "v1beta4";

/** Flags of the control plane's programs, without leading dashes. */
export interface ControlPlaneArgs {
    readonly apiServer: Readonly<Record<string, string>>;
    readonly controllerManager: Readonly<Record<string, string>>;
    readonly scheduler: Readonly<Record<string, string>>;
    readonly etcd: Readonly<Record<string, string>>;
}

/** A JSON patch (RFC 6902) as kind takes it. */
export interface Json6902Patch {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    readonly operations: readonly { readonly op: "add"; readonly path: string; readonly value: unknown }[];
}

export interface KubeadmPatches {
    /** Merge patches (RFC 7386): maps are merged, lists replaced. */
    readonly merge: readonly Readonly<Record<string, unknown>>[];
    readonly json6902: readonly Json6902Patch[];
}

/**
 * The API version in which kind writes kubeadm's configuration for a Kubernetes version: v1beta4 from 1.36 on
 * (kubernetes-sigs/kind, `pkg/cluster/internal/kubeadm/config.go`, func Config; kind v0.30.0 and v0.31.0 know
 * v1beta3 only and cannot make such clusters).
 */
export function kubeadmApi(version: KubernetesVersion): KubeadmApi {
    return isAtLeast(version, 1, 36) ? "v1beta4" : "v1beta3";
}

/** What the tuning means in flags. */
export function controlPlaneArgs(tuning: KindTuning): ControlPlaneArgs {
    const elect: Readonly<Record<string, string>> = tuning.leaderElection ? {} : { "leader-elect": "false" };
    return {
        apiServer: { "event-ttl": tuning.eventTtl },
        controllerManager: elect,
        scheduler: elect,
        etcd: {
            "auto-compaction-mode": "periodic",
            "auto-compaction-retention": tuning.etcdCompaction,
            ...(tuning.unsafeNoFsync ? { "unsafe-no-fsync": "true" } : {}),
        },
    };
}

/**
 * Patches of kubeadm's ClusterConfiguration. Each names its API version, because kind applies a patch without
 * one to whatever version it writes, and a map where a list belongs stops kubeadm.
 */
export function clusterConfigurationPatches(args: ControlPlaneArgs, api: KubeadmApi): KubeadmPatches {
    return api === "v1beta3" ? mapPatches(args) : listPatches(args);
}

function header(api: KubeadmApi): Readonly<Record<string, string>> {
    return { apiVersion: `kubeadm.k8s.io/${api}`, kind: "ClusterConfiguration" };
}

function mapPatches(args: ControlPlaneArgs): KubeadmPatches {
    const { apiServer, controllerManager, scheduler, etcd } = args;
    const patch = {
        ...header("v1beta3"),
        ...withArgs("apiServer", apiServer),
        ...withArgs("controllerManager", controllerManager),
        ...withArgs("scheduler", scheduler),
        etcd: { local: { extraArgs: etcd } },
    };
    return { merge: [patch], json6902: [] };
}

/**
 * A merge patch would replace kind's own lists (`runtime-config` of the API server, `enable-hostpath-provisioner`
 * of the controller manager), so those are appended to; kind sets nothing for scheduler and etcd.
 */
function listPatches(args: ControlPlaneArgs): KubeadmPatches {
    const { apiServer, controllerManager, scheduler, etcd } = args;
    const merge = {
        ...header("v1beta4"),
        ...(isEmpty(scheduler) ? {} : { scheduler: { extraArgs: pairs(scheduler) } }),
        etcd: { local: { extraArgs: pairs(etcd) } },
    };
    const operations = [...appended("apiServer", apiServer), ...appended("controllerManager", controllerManager)];
    return {
        merge: [merge],
        json6902: [{ group: "kubeadm.k8s.io", version: "v1beta4", kind: "ClusterConfiguration", operations }],
    };
}

type Args = Readonly<Record<string, string>>;

function isEmpty(args: Args): boolean {
    return Object.keys(args).length === 0;
}

function withArgs(component: string, args: Args): Readonly<Record<string, unknown>> {
    return isEmpty(args) ? {} : { [component]: { extraArgs: args } };
}

function pairs(args: Args): readonly { readonly name: string; readonly value: string }[] {
    return Object.entries(args).map(([name, value]) => ({ name, value }));
}

function appended(component: string, args: Args): Json6902Patch["operations"] {
    return pairs(args).map((value) => ({ op: "add", path: `/${component}/extraArgs/-`, value }));
}
