import type { Registered } from "./harness";
import { resourceOf, type StackRun } from "./platform";

export const COMMAND = "command:local:Command";
export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** Releases that bring kinds and no workload. */
export const KINDS: readonly string[] = ["gateway-api-release", "traefik-crds", "cilium-crds", "istio-base"];

/** Everything that a resource waits for, directly or not. */
export function awaited(run: StackRun, start: Registered): ReadonlySet<string> {
    const seen = new Set<string>();
    const visit = (urn: string): void => {
        if (seen.has(urn)) return;
        seen.add(urn);
        resourceOf(run, urn).dependencies.forEach(visit);
    };
    start.dependencies.forEach(visit);
    return seen;
}

/** What the engine makes of `deletedWith`: a child has its parent's unless it has its own. */
export function deletedWith(run: StackRun, resource: Registered): string {
    if (resource.deletedWith !== "" || resource.parent === "") return resource.deletedWith;
    const parent = run.harness.resources.find(({ urn }) => urn === resource.parent);
    return parent === undefined ? "" : deletedWith(run, parent);
}
