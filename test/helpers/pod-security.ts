import type { Manifest } from "./manifests";
import { fields, type Fields } from "../../components/core/fields";

/** A container of a workload's pods, with what its pod says. */
export interface PodContainer {
    /** `StatefulSet/loki: loki` */
    readonly where: string;
    readonly namespace: string;
    readonly pod: Fields;
    readonly container: Fields;
}

/** Every container, and every init container, that manifests start. */
export function containers(manifests: readonly Manifest[]): readonly PodContainer[] {
    return manifests.flatMap(({ kind, metadata, ...rest }) => {
        const pod = kind === "Pod" ? fields(rest["spec"]) : fields(fields(fields(rest["spec"])["template"])["spec"]);
        return ["initContainers", "containers"].flatMap((list) => {
            const found: unknown = pod[list];
            if (!Array.isArray(found)) return [];
            return found.map(fields).map((container) => ({
                where: `${kind}/${metadata.name}: ${String(container["name"])}`,
                namespace: metadata.namespace ?? "",
                pod,
                container,
            }));
        });
    });
}

/** What keeps a container from Pod Security level `restricted`. */
export function restrictedProblems({ pod, container }: PodContainer): readonly string[] {
    const own = fields(container["securityContext"]);
    const inherited = fields(pod["securityContext"]);
    const effective = (name: string): unknown => own[name] ?? inherited[name];
    const capabilities = fields(own["capabilities"]);
    const problems: readonly (readonly [boolean, string])[] = [
        [own["allowPrivilegeEscalation"] !== false, "allows privilege escalation"],
        [own["privileged"] === true, "is privileged"],
        [JSON.stringify(capabilities["drop"]) !== '["ALL"]', "keeps capabilities"],
        [capabilities["add"] !== undefined, "adds capabilities"],
        [effective("runAsNonRoot") !== true, "may run as root"],
        [effective("runAsUser") === 0, "runs as root"],
        [fields(effective("seccompProfile"))["type"] !== "RuntimeDefault", "has no seccomp profile"],
        [["hostNetwork", "hostPID", "hostIPC"].some((name) => pod[name] === true), "sees the host"],
        [JSON.stringify(pod["volumes"] ?? []).includes("hostPath"), "mounts the host"],
    ];
    return problems.filter(([bad]) => bad).map(([, problem]) => problem);
}

/** What a container's resources lack: requests of both kinds, and a limit of memory. */
export function resourceProblems({ container }: PodContainer): readonly string[] {
    const { requests, limits } = fields(container["resources"]);
    const wanted: readonly (readonly [unknown, string])[] = [
        [fields(requests)["cpu"], "no request of CPU"],
        [fields(requests)["memory"], "no request of memory"],
        [fields(limits)["memory"], "no limit of memory"],
    ];
    return wanted.filter(([value]) => value === undefined).map(([, problem]) => problem);
}
