import { NEXT_TRY_MS, describePod, oneLine, where, type Cause, type PodContext } from "./cause";
import type { Event } from "../objects";
import { isCurrent, lastSeen, timesSeen } from "../snapshot";

/** Reasons of a waiting container that are about its image. */
const REASONS: readonly string[] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
];

/** These are no answer of a registry, which might be another one next time. */
const FINAL: readonly string[] = ["InvalidImageName", "ErrImageNeverPull", "SignatureValidationFailed"];

/** A registry that cannot be reached is tried this often: the kubelet does so within about 30 seconds. */
const ATTEMPTS = 3;

const NETWORK =
    /time(d )?out|deadline exceeded|no such host|server misbehaving|connection re(fused|set)|\bEOF\b|unreachable|no route to host|handshake|temporary failure|too ?many ?requests|unavailable|proxyconnect|network|\b5\d\d (internal|bad gateway|service|gateway)/i;

const REFUSAL =
    /not found|(manifest|name) unknown|denied|unauthorized|authentication required|authorization failed|forbidden|no match(ing)? |invalid|unsupported|x509|certificate|insufficient_scope/i;

/**
 * What a registry's answer says: `refused` is one that the next attempt gets again, `network` is none. What is not
 * understood counts as `network`, so that it gets its attempts.
 */
export function pullFault(message: string, image: string): "refused" | "network" {
    const repository =
        image
            .replace(/@.*$/, "")
            .replace(/:[^/:]*$/, "")
            .split("/")
            .at(-1) ?? image;
    // An image may be called "timeout"; only the other words tell something.
    const words = message
        .replace(/"[^"]*"/g, "")
        .split(/\s+/)
        .filter((word) => !word.includes(repository))
        .join(" ");
    if (NETWORK.test(words)) return "network";
    return REFUSAL.test(words) ? "refused" : "network";
}

/** What the registry said, without what kubelet and container runtime wrapped around it. */
export function registryMessage(message: string): string {
    return oneLine(message)
        .replace(/^Failed to pull image "[^"]*": /, "")
        .replace(/^Back-off pulling image "[^"]*"(: |$)/, "")
        .replace(/^(ErrImagePull|RegistryUnavailable): /, "")
        .replace(/^rpc error: code = \w+ desc = /, "")
        .replace(/^failed to pull and unpack image "[^"]*": /, "")
        .replace(/^failed to resolve (reference|image) "[^"]*": /, "")
        .replace(/^failed to resolve image: /, "");
}

/** Names what is wrong with a container's image; undefined when its reason to wait is another one. */
export function imageCause(
    { facts, workload, pod }: PodContext,
    container: { readonly name: string; readonly image: string },
    waiting: { readonly reason?: string; readonly message?: string },
): Cause | undefined {
    const reason = waiting.reason ?? "";
    if (!REASONS.includes(reason)) return undefined;
    const failures = facts.eventsOf(pod.metadata.uid, "Failed").filter((event) => isPullFailure(event, container.name));
    const last = failures.at(-1);
    // Older kubelets say no more than "Back-off pulling image" here.
    const message = registryMessage(waiting.message ?? "") || registryMessage(last?.message ?? "") || reason;
    const fault = FINAL.includes(reason) ? "refused" : pullFault(message, container.image);
    const attempts = failures.reduce((sum, event) => sum + timesSeen(event), 0);
    const current = isCurrent(facts.snapshot, last === undefined ? undefined : lastSeen(last));
    const definite = current && (fault === "refused" || attempts >= ATTEMPTS);
    return {
        problem: {
            where: where(workload, pod, container.name),
            what: `image ${container.image} cannot be had (${reason}): ${message}`,
            fix: fix(reason, fault, container.image, describePod(pod)),
        },
        definite,
        brief: `container ${container.name} has no image (${oneLine(message, 160)})`,
        ...(current ? {} : { patience: NEXT_TRY_MS }),
    };
}

function isPullFailure({ involvedObject, message = "" }: Event, container: string): boolean {
    return involvedObject.fieldPath?.endsWith(`{${container}}`) === true && message.startsWith("Failed to pull image");
}

function fix(reason: string, fault: ReturnType<typeof pullFault>, image: string, more: string): string {
    if (reason === "InvalidImageName") return "correct hearth:images or hearth:registries";
    if (reason === "ErrImageNeverPull") return "load the image into the nodes (hearth:imageArchives)";
    if (reason === "SignatureValidationFailed")
        return `have the image signed, or change the nodes' policy; see ${more}`;
    if (fault === "refused") {
        return "correct the image (hearth:images), or make it available (hearth:imageArchives, hearth:registryMirrors, hearth:registries)";
    }
    return `let the nodes reach ${registryOf(image)}, or do without it (hearth:registryMirrors, hearth:registries, hearth:imageArchives)`;
}

/** The registry of a reference; Docker Hub when it names none. */
export function registryOf(image: string): string {
    const [host = "", ...rest] = image.split("/");
    return rest.length > 0 && (/[.:]/.test(host) || host === "localhost") ? host : "docker.io";
}
