import type { Problem } from "../../components/config/problems";

/** What a look at the server's pods says. */
export interface PodState {
    /** Name of a pod that runs and answers. */
    readonly ready?: string;
    /** Changes whenever something happened; as long as it does, waiting makes sense. */
    readonly fingerprint: string;
    /** One line for a person. */
    readonly status: string;
    /** What keeps the pod from starting, if it says so, and how long that may stand (milliseconds). */
    readonly obstacle?: { readonly problem: Problem; readonly patience: number };
}

interface Waiting {
    readonly reason?: string;
    readonly message?: string;
}

/** The few fields of a pod that are read here. */
export interface Pod {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
    readonly status: {
        readonly phase?: string;
        readonly conditions?: readonly {
            readonly type: string;
            readonly status: string;
            readonly reason?: string;
            readonly message?: string;
        }[];
        readonly containerStatuses?: readonly {
            readonly restartCount: number;
            readonly state?: { readonly waiting?: Waiting };
        }[];
    };
}

/** Reasons that go away only when somebody acts. Kubernetes' own retries go on behind them. */
const OBSTACLES: Readonly<Record<string, string>> = {
    ErrImagePull: "make the image available (hearth:images, hearth:imageArchives, hearth:registryMirrors)",
    ImagePullBackOff: "make the image available (hearth:images, hearth:imageArchives, hearth:registryMirrors)",
    ErrImageNeverPull: "load the image into the nodes (hearth:imageArchives)",
    InvalidImageName: "correct hearth:images",
    CreateContainerConfigError: "run `make up` again; if it stays, see `kubectl describe pod`",
    CreateContainerError: "see `kubectl describe pod`",
    RunContainerError: "see `kubectl describe pod`",
    CrashLoopBackOff: "see `kubectl logs --previous`",
    Unschedulable: "free memory, CPU or disk on the nodes, or add workers (hearth:workers)",
};

const UNSCHEDULABLE = "Unschedulable";

/** Taints of a node without a network yet: Cilium's image may still be on its way. */
const NODES_COMING = /node\.kubernetes\.io\/(not-ready|network-unavailable)|node\.cilium\.io\/agent-not-ready/;

const NODES_FIX = "see why no node is ready: `kubectl describe nodes` and `kubectl -n kube-system get pods`";

/** Reads the list of the server's pods. */
export function podState(pods: readonly Pod[]): PodState {
    const alive = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
    const ready = alive.find((pod) => condition(pod, "Ready")?.status === "True");
    if (ready !== undefined) {
        return { ready: ready.metadata.name, fingerprint: "ready", status: `${ready.metadata.name} is ready` };
    }
    const [pod] = alive;
    if (pod === undefined) return { fingerprint: "none", status: "no pod yet" };
    const waiting = pod.status.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
    const scheduled = condition(pod, "PodScheduled");
    const blocked: Waiting | undefined = scheduled?.status === "False" ? scheduled : waiting;
    const reason = blocked?.reason ?? pod.status.phase ?? "Unknown";
    const restarts = pod.status.containerStatuses?.map(({ restartCount }) => restartCount).join() ?? "";
    const nodesComing = reason === UNSCHEDULABLE && NODES_COMING.test(blocked?.message ?? "");
    const fix = nodesComing ? NODES_FIX : OBSTACLES[reason];
    const what = blocked?.message === undefined ? reason : `${reason}: ${blocked.message}`;
    return {
        fingerprint: [pod.metadata.name, pod.status.phase, reason, restarts].join("/"),
        status: `${pod.metadata.name}: ${reason}`,
        ...(fix === undefined
            ? {}
            : {
                  obstacle: {
                      problem: { where: `pod storage/${pod.metadata.name}`, what, fix },
                      patience: nodesComing ? STANDSTILL_MS : reason === UNSCHEDULABLE ? UNSCHEDULABLE_MS : OBSTACLE_MS,
                  },
              }),
    };
}

function condition(pod: Pod, type: string) {
    return pod.status.conditions?.find((candidate) => candidate.type === type);
}

/** An image that cannot be had, a crash: both were tried again twice by then. */
export const OBSTACLE_MS = 20_000;

/** No node takes the pod: the nodes of a new cluster become ready one after the other. */
export const UNSCHEDULABLE_MS = 120_000;

/** How long nothing at all may happen, without an obstacle being named: a slow disk or a very large pull. */
export const STANDSTILL_MS = 600_000;

/** Decides when waiting has become pointless; what counts is progress, not time. */
export class Patience {
    private fingerprint = "";
    private since: number;
    private blockedSince: number | undefined;

    /** `now` in milliseconds, of any clock that only moves forward. */
    public constructor(now: number) {
        this.since = now;
    }

    /** The problem to give up with, or undefined while waiting makes sense. */
    public observe(state: PodState, now: number): Problem | undefined {
        if (state.fingerprint !== this.fingerprint) {
            this.fingerprint = state.fingerprint;
            this.since = now;
        }
        // Reasons alternate (ErrImagePull, ImagePullBackOff) and restarts count up: an obstacle is no progress.
        this.blockedSince = state.obstacle === undefined ? undefined : (this.blockedSince ?? now);
        if (state.obstacle !== undefined && now - (this.blockedSince ?? now) >= state.obstacle.patience) {
            return state.obstacle.problem;
        }
        if (now - this.since < STANDSTILL_MS) return undefined;
        const minutes = Math.round((now - this.since) / 60_000);
        const what = `nothing has happened for ${minutes} minutes (${state.status})`;
        return { where: "Garage", what, fix: "see `kubectl -n storage describe pods`" };
    }
}
