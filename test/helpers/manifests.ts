import { isFields } from "../../components/core/fields";
import type { Manifest } from "../../tools/policy/manifests";

export { idOf, parseManifests, type Manifest } from "../../tools/policy/manifests";

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet"];

/** Kinds that the platform relies on. */
export const RELIED_ON = [...WORKLOADS, "Service", "ConfigMap", "PersistentVolumeClaim", "CustomResourceDefinition"];

/**
 * What must be in every rendering of a chart: of a workload its containers with images, resources, security contexts
 * and everything that must exist before its pods can start; of other objects their identity.
 */
export function essence(manifest: Manifest): unknown {
    if (!WORKLOADS.includes(manifest.kind)) return { kind: manifest.kind };
    const spec = field(manifest["spec"]);
    const template = field(spec["template"]);
    const pod = field(template["spec"]);
    const annotations = Object.entries(field(field(template["metadata"])["annotations"]));
    return {
        spec: {
            replicas: spec["replicas"],
            serviceName: spec["serviceName"],
            selector: spec["selector"],
            volumeClaimTemplates: spec["volumeClaimTemplates"],
            template: {
                metadata: {
                    annotations: Object.fromEntries(annotations.filter(([key]) => key.startsWith("prometheus.io/"))),
                },
                spec: {
                    serviceAccountName: pod["serviceAccountName"],
                    automountServiceAccountToken: pod["automountServiceAccountToken"],
                    hostPID: pod["hostPID"],
                    securityContext: pod["securityContext"],
                    tolerations: pod["tolerations"],
                    volumes: list(pod["volumes"]).filter((volume) => !("emptyDir" in volume) && !isOptional(volume)),
                    initContainers: list(pod["initContainers"]).map(containerEssence),
                    containers: list(pod["containers"]).map(containerEssence),
                },
            },
        },
    };
}

function containerEssence(container: Readonly<Record<string, unknown>>): unknown {
    const { name, image, resources, envFrom } = container;
    // "privileged: false" is what Kubernetes takes anyway.
    const securityContext = Object.entries(field(container["securityContext"])).filter(([key]) => key !== "privileged");
    const env = list(container["env"]).filter(
        (variable) => /secretKeyRef|configMapKeyRef/.test(JSON.stringify(variable)) && !isOptional(variable),
    );
    return { name, image, resources, envFrom, env, securityContext: Object.fromEntries(securityContext) };
}

/** True for a volume or variable whose source need not exist. */
function isOptional(of: unknown): boolean {
    return JSON.stringify(of).includes('"optional":true');
}

function field(value: unknown): Readonly<Record<string, unknown>> {
    return isFields(value) ? value : {};
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
    return Array.isArray(value) ? value.filter(isFields) : [];
}

/**
 * Where `part` says something that `whole` does not: paths with both values. Lists are compared as sets; their
 * objects belong together by name, or by port.
 */
export function differences(part: unknown, whole: unknown, path = ""): readonly string[] {
    if (isEmpty(part) && isEmpty(whole)) return [];
    if (Array.isArray(part) && Array.isArray(whole)) {
        return part.flatMap((item: unknown, index) => {
            const key = keyOf(item);
            const partner: unknown =
                key === undefined
                    ? whole.find((other) => differences(item, other).length === 0)
                    : whole.find((other) => keyOf(other) === key);
            if (partner === undefined) return [`${path}[${key ?? index}]: ${JSON.stringify(item)} is only here`];
            return differences(item, partner, `${path}[${key ?? index}]`);
        });
    }
    if (isFields(part) && isFields(whole)) {
        return Object.entries(part).flatMap(([key, value]) => differences(value, whole[key], `${path}.${key}`));
    }
    return same(part, whole) ? [] : [`${path}: ${JSON.stringify(part)} here, ${JSON.stringify(whole)} there`];
}

function keyOf(item: unknown): string | undefined {
    if (!isFields(item)) return undefined;
    for (const key of ["mountPath", "name", "containerPort", "port"]) {
        const value = item[key];
        if (typeof value === "string" || typeof value === "number") return `${key}=${value}`;
    }
    return undefined;
}

/** Kubernetes reads an empty map, an empty list and nothing alike. */
function isEmpty(value: unknown): boolean {
    return (
        value === undefined ||
        value === null ||
        value === "" ||
        (typeof value === "object" && Object.keys(value).length === 0)
    );
}

function same(a: unknown, b: unknown): boolean {
    if (isEmpty(a) && isEmpty(b)) return true;
    return JSON.stringify(a) === JSON.stringify(b) || String(a) === String(b);
}
