import type { Layer } from "../config/layers";
import type { HostPort } from "../config/ports";
import { MAX_PORT_OFFSET } from "../config/ports";
import type { Problem } from "../config/problems";
import type { ContainerEngine, KindClusterConfig, PlatformConfig } from "../config/schema";
import { isAtLeast, kubernetesVersionOf } from "./kubernetes-version";
import type { ClusterRecord } from "./record";

/** A container engine as it was found. */
export interface EngineFacts {
    readonly engine: ContainerEngine;
    /** Not installed; installed and silent; at work. */
    readonly state: "missing" | "silent" | "answers";
    /** First line of what it said instead of answering. */
    readonly reason?: string;
    /** Memory of the machine (or virtual machine) that the containers run on. */
    readonly memoryMiB?: number;
    readonly cgroupVersion?: 1 | 2;
    readonly rootless?: boolean;
}

/** A host port that something listens on. */
export interface TakenPort {
    readonly port: number;
    /** `nginx (process 4711)`; undefined where the system does not tell. */
    readonly holder?: string;
}

/** What decides whether a cluster can be made here; a fact that cannot be had is absent and counts as fine. */
export interface PreflightFacts {
    readonly engine?: EngineFacts;
    /** Wanted ports that are taken. */
    readonly takenPorts: readonly TakenPort[];
    /** Records of all clusters of this user. */
    readonly records: readonly ClusterRecord[];
    readonly memoryMiB?: { readonly total: number; readonly available: number };
    /** Free space where the engine keeps its data. */
    readonly diskFreeMiB?: number;
    /** Limits per user. */
    readonly inotify?: { readonly instances: number; readonly watches: number };
}

export interface Preflight {
    /** What would make the bring-up fail. */
    readonly problems: readonly Problem[];
    /** What may. */
    readonly warnings: readonly Problem[];
}

type Wanted = Pick<PlatformConfig, "cluster" | "layers" | "ports" | "portOffset">;

export interface JudgeOptions {
    /** The stack's own cluster is there, and makes way for another one. Default false. */
    readonly replaced?: boolean;
}

/**
 * Judges, before anything is made, whether this machine can carry a cluster.
 * @param checkout absolute path of the project
 */
export function judgeMachine(
    wanted: Wanted,
    checkout: string,
    facts: PreflightFacts,
    { replaced = false }: JudgeOptions = {},
): Preflight {
    const { cluster } = wanted;
    if (cluster.provider !== "kind") return { problems: [], warnings: [] };
    const own = facts.records.find((record) => record.name === cluster.name && record.checkout === checkout);
    const problems = [
        ...engineProblems(cluster, facts),
        ...portProblems(wanted, facts, own),
        ...inotifyProblems(cluster, facts),
    ];
    // What a cluster needs that is there already, it has. What one that goes will leave free, nobody knows.
    if (own !== undefined) {
        return { problems: [...problems, ...(replaced ? memoryProblems(wanted, facts) : [])], warnings: [] };
    }
    return {
        problems: [...problems, ...memoryProblems(wanted, facts), ...diskProblems(wanted, facts)],
        warnings: memoryWarnings(wanted, facts),
    };
}

function engineProblems(cluster: KindClusterConfig, { engine }: PreflightFacts): readonly Problem[] {
    if (engine === undefined) return [];
    const where = `container engine ${engine.engine}`;
    const instead = "or set hearth:cluster to kwok for a simulated cluster";
    if (engine.state === "missing") {
        return [
            {
                where,
                what: "is not installed",
                fix: `install it, choose another with hearth:containerEngine, ${instead}`,
            },
        ];
    }
    if (engine.state === "silent") {
        const reason = engine.reason === undefined ? "" : ` (${engine.reason})`;
        return [{ where, what: `does not answer${reason}`, fix: `start it, ${instead}` }];
    }
    if (engine.cgroupVersion !== 1) return [];
    if (engine.rootless === true) {
        // kubernetes-sigs/kind, pkg/cluster/internal/create/create.go, validateProvider.
        return [
            {
                where,
                what: "is rootless on cgroup v1, where kind cannot work",
                fix: "boot with cgroup v2, or use a rootful engine",
            },
        ];
    }
    // The kubelet's failCgroupV1 is true by default from Kubernetes 1.35 on (KEP-5573).
    if (!isAtLeast(kubernetesVersionOf(cluster.nodeImage), 1, 35)) return [];
    return [
        {
            where,
            what: `runs on cgroup v1, which the kubelet of ${cluster.nodeImage} refuses`,
            fix: "boot with cgroup v2, or set hearth:kind.image to a node image before v1.35",
        },
    ];
}

function portProblems(wanted: Wanted, facts: PreflightFacts, own: ClusterRecord | undefined): readonly Problem[] {
    const others = facts.records.filter((record) => record.provider === "kind" && record !== own);
    return wanted.ports.flatMap((port): readonly Problem[] => {
        const where = `port ${port.hostPort} of ${port.title}`;
        const stack = others.find((record) => record.ports.includes(port.hostPort));
        const taken = facts.takenPorts.find((candidate) => candidate.port === port.hostPort);
        if (stack === undefined && (taken === undefined || isOurs(taken, wanted.cluster.name, own))) return [];
        const offset = freeOffset(wanted, facts);
        const move = offset === undefined ? "" : `, or pulumi config set hearth:portOffset ${offset}`;
        if (stack !== undefined) {
            const what = `belongs to stack ${stack.stack} of ${stack.checkout} (cluster ${stack.name})`;
            return [{ where, what, fix: `run make down there${move}` }];
        }
        return [{ where, what: `is taken by ${taken?.holder ?? "a program of another user"}`, fix: `end it${move}` }];
    });
}

/** Programs that forward ports to containers, as the system names them (15 characters on Linux). */
const FORWARDERS = /^(docker-proxy|com\.docke|rootlessport|pasta|slirp4netns|gvproxy|vpnkit|limactl|OrbStack|ssh) /;

/** True when a port is held by the cluster that asks for it, as far as can be told. */
function isOurs({ port, holder }: TakenPort, cluster: string, own: ClusterRecord | undefined): boolean {
    if (holder === `container ${cluster}-control-plane`) return true;
    return own?.ports.includes(port) === true && (holder === undefined || FORWARDERS.test(holder));
}

/** The smallest multiple of 100 that moves every port away from what is known to be taken. */
function freeOffset({ ports, portOffset }: Wanted, facts: PreflightFacts): number | undefined {
    const taken = new Set([
        ...facts.takenPorts.map(({ port }) => port),
        ...facts.records.flatMap((record) => record.ports),
    ]);
    const fits = (offset: number): boolean =>
        ports.every(({ hostPort }: HostPort) => !taken.has(hostPort - portOffset + offset));
    const candidates = Array.from({ length: Math.floor(MAX_PORT_OFFSET / 100) }, (_unused, index) => (index + 1) * 100);
    return candidates.find(fits);
}

/**
 * inotify instances and watches that a node uses, measured with kind v0.30.0 and Kubernetes 1.34 (27 and 14 instances,
 * 418 watches for both, without pods of ours), with room for the platform's pods. The limits are per user and the
 * nodes run as one, so clusters share them; when they run out, a second cluster fails without saying why
 * (kubernetes-sigs/kind#2586, #3405).
 */
const INOTIFY_NEED = {
    controlPlane: { instances: 60, watches: 2000 },
    worker: { instances: 30, watches: 1000 },
} as const;

function inotifyProblems(cluster: KindClusterConfig, { inotify, records }: PreflightFacts): readonly Problem[] {
    if (inotify === undefined) return [];
    const others = records.filter((record) => record.provider === "kind" && record.name !== cluster.name).length;
    const need = (kind: "instances" | "watches"): number =>
        INOTIFY_NEED.controlPlane[kind] * (1 + others) + INOTIFY_NEED.worker[kind] * cluster.workers;
    const limits = [
        { name: "max_user_instances", limit: inotify.instances, need: need("instances"), better: 512 },
        { name: "max_user_watches", limit: inotify.watches, need: need("watches"), better: 524288 },
    ];
    return limits
        .filter(({ limit, need: wanted }) => limit < wanted)
        .map(({ name, limit, need: wanted, better }) => ({
            where: `fs.inotify.${name}`,
            what: `is ${limit}, and the nodes need about ${wanted}; programs in them would fail with "too many open files"`,
            fix: `sudo sysctl fs.inotify.${name}=${better} (and write it to /etc/sysctl.d to keep it)`,
        }));
}

/**
 * MiB of memory that nodes use before anything is installed: 565 and 185 measured with kind v0.30.0 and Kubernetes
 * 1.34, rounded up.
 */
const NODE_MEMORY = { controlPlane: 600, worker: 200 } as const;

/** MiB of memory that the layers' containers ask the scheduler for on one node. */
const LAYER_MEMORY: Readonly<Record<Layer, number>> = {
    cilium: 352,
    traefik: 64,
    prometheus: 256,
    alertmanager: 32,
    "kube-state-metrics": 48,
    "node-exporter": 32,
    grafana: 160,
    loki: 192,
    tempo: 192,
    "otel-collector": 96,
    garage: 64,
    postgresql: 160,
    "hubble-ui": 64,
    istio: 512,
    argocd: 512,
    "git-server": 32,
};

/** MiB of memory that the layers with a pod on every node ask for on each further one. */
const LAYER_MEMORY_PER_WORKER: Readonly<Partial<Record<Layer, number>>> = {
    cilium: 256,
    "node-exporter": 32,
    "otel-collector": 96,
};

/** MiB of memory below which the layers cannot all run. */
export function memoryNeedMiB({ cluster, layers }: Pick<Wanted, "cluster" | "layers">): number {
    const workers = cluster.provider === "existing" ? 0 : cluster.workers;
    const sum = (of: Readonly<Partial<Record<Layer, number>>>): number =>
        layers.reduce((total, layer) => total + (of[layer] ?? 0), 0);
    const once = NODE_MEMORY.controlPlane + sum(LAYER_MEMORY);
    const perWorker = NODE_MEMORY.worker + sum(LAYER_MEMORY_PER_WORKER);
    return once + perWorker * workers;
}

/**
 * MiB of disk: a node's volume with Kubernetes' own images unpacked (2.1 GiB measured), and about 250 MiB for the
 * unpacked image of a layer, on each node that may run it.
 */
export function diskNeedMiB({ cluster, layers }: Pick<Wanted, "cluster" | "layers">): number {
    const workers = cluster.provider === "existing" ? 0 : cluster.workers;
    return 2200 * (1 + workers) + 250 * layers.length;
}

function memoryProblems(wanted: Wanted, facts: PreflightFacts): readonly Problem[] {
    const total = facts.engine?.memoryMiB ?? facts.memoryMiB?.total;
    const need = memoryNeedMiB(wanted);
    if (total === undefined || total >= need) return [];
    return [
        {
            where: "memory",
            what: `the container engine has ${total} MiB, and these layers need about ${need} MiB`,
            fix: "give the engine more (Docker Desktop: Settings, Resources), or take layers out of hearth:layers",
        },
    ];
}

function diskProblems(wanted: Wanted, { diskFreeMiB }: PreflightFacts): readonly Problem[] {
    const need = diskNeedMiB(wanted);
    if (diskFreeMiB === undefined || diskFreeMiB >= need) return [];
    return [
        {
            where: "disk",
            what: `${diskFreeMiB} MiB are free where the engine keeps its data, and nodes and images need about ${need} MiB`,
            fix: "free some (docker system prune removes what no container uses), or take layers out of hearth:layers",
        },
    ];
}

function memoryWarnings(wanted: Wanted, { memoryMiB }: PreflightFacts): readonly Problem[] {
    const need = memoryNeedMiB(wanted);
    // Less than the total is a problem of its own.
    if (memoryMiB === undefined || memoryMiB.available >= need || memoryMiB.total < need) return [];
    return [
        {
            where: "memory",
            what: `only ${memoryMiB.available} MiB are free now, and these layers need about ${need} MiB`,
            fix: "close other programs if the bring-up is slow or pods are killed",
        },
    ];
}
