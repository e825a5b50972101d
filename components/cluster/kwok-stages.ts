/** A step in the simulated life of an object: what it applies to, and what it does to it. */
export interface Stage {
    readonly apiVersion: "kwok.x-k8s.io/v1alpha1";
    readonly kind: "Stage";
    readonly metadata: { readonly name: string };
    readonly spec: {
        readonly resourceRef: { readonly apiGroup: string; readonly kind: string };
        readonly selector: { readonly matchExpressions: readonly Expression[] };
        readonly next: Readonly<Record<string, unknown>>;
    };
}

interface Expression {
    /** A jq query over the object. */
    readonly key: string;
    readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
    readonly values?: readonly string[];
}

/**
 * What KWOK does in the kubelets' place; without delays, since only the control plane is under test here:
 * nodes are Ready at once, pods run and are Ready as soon as they are scheduled, pods that are to end
 * (`restartPolicy` other than Always: Jobs, Helm hooks) end with success, deleted pods vanish, and released
 * volumes become available again.
 *
 * KWOK does not look at what a pod refers to: one that names a missing Secret becomes Ready, too.
 */
export function kwokStages(): readonly Stage[] {
    return [nodeReady, podReady, podComplete, podDelete, volumeRecycle];
}

const NODE_CONDITIONS = [
    { type: "Ready", status: "True", reason: "KubeletReady" },
    { type: "MemoryPressure", status: "False", reason: "KubeletHasSufficientMemory" },
    { type: "DiskPressure", status: "False", reason: "KubeletHasNoDiskPressure" },
    { type: "PIDPressure", status: "False", reason: "KubeletHasSufficientPID" },
    { type: "NetworkUnavailable", status: "False", reason: "RouteCreated" },
] as const;

const nodeReady = stage("node-ready", "Node", {
    selector: [
        { key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: "NotIn", values: ["True"] },
    ],
    next: {
        statusTemplate: [
            "{{ $now := Now }}",
            "conditions:",
            ...NODE_CONDITIONS.flatMap(({ type, status, reason }) => [
                `- type: ${type}`,
                `  status: "${status}"`,
                `  reason: ${reason}`,
                "  message: simulated by KWOK",
                "  lastHeartbeatTime: {{ $now | Quote }}",
                "  lastTransitionTime: {{ $now | Quote }}",
            ]),
            "phase: Running",
            "",
        ].join("\n"),
    },
});

const podReady = stage("pod-ready", "Pod", {
    selector: [
        { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" },
        { key: ".status.podIP", operator: "DoesNotExist" },
    ],
    next: {
        statusTemplate: `{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
conditions:
- { type: PodReadyToStartContainers, status: "True", lastTransitionTime: {{ $now | Quote }} }
- { type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }} }
- { type: ContainersReady, status: "True", lastTransitionTime: {{ $now | Quote }} }
- { type: Ready, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ range .spec.readinessGates }}
- { type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  started: true
  restartCount: 0
  state: { running: { startedAt: {{ $now | Quote }} } }
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
{{ if eq .restartPolicy "Always" }}
  started: true
  state: { running: { startedAt: {{ $now | Quote }} } }
{{ else }}
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }
{{ end }}
{{ end }}
`,
    },
});

const podComplete = stage("pod-complete", "Pod", {
    selector: [
        { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" },
        { key: ".spec.restartPolicy", operator: "In", values: ["Never", "OnFailure"] },
        { key: ".status.phase", operator: "In", values: ["Running"] },
    ],
    next: {
        statusTemplate: `{{ $now := Now }}
phase: Succeeded
conditions:
- { type: ContainersReady, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }} }
- { type: Ready, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }} }
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }
{{ end }}
`,
    },
});

const podDelete = stage("pod-delete", "Pod", {
    selector: [{ key: ".metadata.deletionTimestamp", operator: "Exists" }],
    next: { delete: true },
});

/** In place of a provisioner: the pool of volumes would otherwise run dry as StatefulSets come and go. */
const volumeRecycle = stage("volume-recycle", "PersistentVolume", {
    selector: [{ key: ".status.phase", operator: "In", values: ["Released"] }],
    next: { patches: [{ type: "merge", root: "spec", template: "claimRef: null\n" }] },
});

function stage(
    name: string,
    kind: string,
    { selector, next }: { readonly selector: readonly Expression[]; readonly next: Readonly<Record<string, unknown>> },
): Stage {
    return {
        apiVersion: "kwok.x-k8s.io/v1alpha1",
        kind: "Stage",
        metadata: { name },
        spec: { resourceRef: { apiGroup: "v1", kind }, selector: { matchExpressions: selector }, next },
    };
}
