/**
 * The few fields of the API's objects that the gate reads, as JSON has them: what the API server may leave out is
 * optional here.
 */
export interface Metadata {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly Owner[];
}

export interface Owner {
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
    readonly controller?: boolean;
}

export interface Condition {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
    readonly lastTransitionTime?: string;
}

export interface Termination {
    readonly exitCode?: number;
    readonly signal?: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
}

export interface ContainerState {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: { readonly startedAt?: string };
    readonly terminated?: Termination;
}

export interface ContainerStatus {
    readonly name: string;
    readonly ready?: boolean;
    readonly restartCount?: number;
    readonly state?: ContainerState;
    readonly lastState?: ContainerState;
}

interface Action {
    readonly httpGet?: { readonly port: number | string };
    readonly tcpSocket?: { readonly port: number | string };
}

export interface Probe extends Action {
    readonly initialDelaySeconds?: number;
    readonly periodSeconds?: number;
    readonly failureThreshold?: number;
}

export interface Reference {
    readonly name: string;
    readonly optional?: boolean;
}

export interface KeyReference extends Reference {
    readonly key: string;
}

export interface Container {
    readonly name: string;
    readonly image?: string;
    /** `Always` makes an init container a sidecar. */
    readonly restartPolicy?: string;
    readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    readonly env?: readonly {
        readonly name: string;
        readonly valueFrom?: { readonly secretKeyRef?: KeyReference; readonly configMapKeyRef?: KeyReference };
    }[];
    readonly envFrom?: readonly { readonly secretRef?: Reference; readonly configMapRef?: Reference }[];
    readonly resources?: {
        readonly requests?: Readonly<Record<string, string>>;
        readonly limits?: Readonly<Record<string, string>>;
    };
    readonly startupProbe?: Probe;
    readonly readinessProbe?: Probe;
    readonly livenessProbe?: Probe;
    readonly lifecycle?: { readonly postStart?: Action; readonly preStop?: Action };
}

interface Items {
    readonly optional?: boolean;
    readonly items?: readonly { readonly key: string }[];
}

export interface Volume {
    readonly name: string;
    readonly secret?: Items & { readonly secretName?: string };
    readonly configMap?: Items & { readonly name?: string };
    readonly projected?: {
        readonly sources?: readonly {
            readonly secret?: Items & { readonly name?: string };
            readonly configMap?: Items & { readonly name?: string };
        }[];
    };
    readonly persistentVolumeClaim?: { readonly claimName: string };
}

export interface PodSpec {
    readonly nodeName?: string;
    readonly restartPolicy?: string;
    readonly serviceAccountName?: string;
    readonly priorityClassName?: string;
    readonly runtimeClassName?: string;
    readonly overhead?: Readonly<Record<string, string>>;
    readonly imagePullSecrets?: readonly Reference[];
    readonly volumes?: readonly Volume[];
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
}

export interface Pod {
    readonly metadata: Metadata;
    readonly spec: PodSpec;
    readonly status?: {
        readonly phase?: string;
        readonly reason?: string;
        readonly message?: string;
        readonly conditions?: readonly Condition[];
        readonly initContainerStatuses?: readonly ContainerStatus[];
        readonly containerStatuses?: readonly ContainerStatus[];
    };
}

/** What a workload's new pods are made from. */
interface Template {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    readonly spec: PodSpec;
}

export interface Deployment {
    readonly metadata: Metadata;
    readonly spec: {
        readonly replicas?: number;
        readonly paused?: boolean;
        readonly minReadySeconds?: number;
        readonly template?: Template;
    };
    readonly status?: {
        readonly observedGeneration?: number;
        readonly replicas?: number;
        readonly updatedReplicas?: number;
        readonly availableReplicas?: number;
        readonly conditions?: readonly Condition[];
    };
}

export interface StatefulSet {
    readonly metadata: Metadata;
    readonly spec: {
        readonly replicas?: number;
        readonly podManagementPolicy?: string;
        readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } };
        readonly template?: Template;
    };
    readonly status?: {
        readonly observedGeneration?: number;
        readonly replicas?: number;
        readonly readyReplicas?: number;
        readonly updatedReplicas?: number;
        readonly currentRevision?: string;
        readonly updateRevision?: string;
    };
}

export interface DaemonSet {
    readonly metadata: Metadata;
    readonly spec: { readonly updateStrategy?: { readonly type?: string }; readonly template?: Template };
    readonly status?: {
        readonly observedGeneration?: number;
        readonly desiredNumberScheduled?: number;
        readonly currentNumberScheduled?: number;
        readonly updatedNumberScheduled?: number;
        readonly numberAvailable?: number;
    };
}

export interface Job {
    readonly metadata: Metadata;
    readonly spec: {
        readonly suspend?: boolean;
        readonly completions?: number;
        readonly parallelism?: number;
        readonly template?: Template;
    };
    readonly status?: {
        readonly active?: number;
        readonly succeeded?: number;
        readonly failed?: number;
        readonly conditions?: readonly Condition[];
    };
}

export interface ReplicaSet {
    readonly metadata: Metadata;
    readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface Claim {
    readonly metadata: Metadata;
    readonly spec: { readonly storageClassName?: string; readonly volumeName?: string };
    readonly status?: { readonly phase?: string };
}

/** An event as `v1` shows it; newer reporters fill `series` and `eventTime` instead of `count` and `lastTimestamp`. */
export interface Event {
    readonly metadata: Metadata;
    readonly involvedObject: {
        readonly kind?: string;
        readonly name?: string;
        readonly uid?: string;
        readonly fieldPath?: string;
    };
    readonly reason?: string;
    readonly message?: string;
    readonly count?: number;
    readonly lastTimestamp?: string | null;
    readonly eventTime?: string | null;
    readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
}

export interface Node {
    readonly metadata: Metadata;
    readonly status?: {
        readonly conditions?: readonly Condition[];
        readonly allocatable?: Readonly<Record<string, string>>;
    };
}

export interface Service {
    readonly metadata: Metadata;
    readonly spec: {
        readonly type?: string;
        readonly selector?: Readonly<Record<string, string>>;
        readonly ports?: readonly {
            readonly name?: string;
            readonly port: number;
            readonly targetPort?: number | string;
        }[];
    };
}

/** An object of which only the metadata is known. */
export interface Named {
    readonly metadata: Metadata;
}

/** A Secret or ConfigMap without its values. */
export interface Keyed extends Named {
    /** Absent where only metadata was read. */
    readonly keys?: readonly string[];
}

/** The condition of a type, if the object has it. */
export function condition(
    status: { readonly conditions?: readonly Condition[] } | undefined,
    type: string,
): Condition | undefined {
    return status?.conditions?.find((candidate) => candidate.type === type);
}

/** Milliseconds since 1970 of a timestamp of the API; undefined when there is none. */
export function time(timestamp: string | null | undefined): number | undefined {
    const value = Date.parse(timestamp ?? "");
    return Number.isNaN(value) ? undefined : value;
}
