import type { ContainerStatus, Pod } from "../objects";

/** How often in a row a container ended in the same way. */
export interface CrashSeries {
    readonly restarts: number;
    /** Reason and exit code of the last end. */
    readonly ending: string;
    readonly same: number;
}

export type Crashes = ReadonlyMap<string, CrashSeries>;

/** Key of a container in `Crashes`. */
export function crashKey(pod: Pod, container: string): string {
    return `${pod.metadata.uid ?? pod.metadata.name}/${container}`;
}

/**
 * Counts the restarts of all containers on. The API tells only a container's last end: what it did before the first
 * look is taken to have been the same.
 */
export function countCrashes(pods: readonly Pod[], previous: Crashes = new Map()): Crashes {
    const crashes = new Map<string, CrashSeries>();
    for (const pod of pods) {
        for (const status of statusesOf(pod)) {
            const ended = status.state?.terminated ?? status.lastState?.terminated;
            const restarts = status.restartCount ?? 0;
            if (ended === undefined || restarts === 0) continue;
            const ending = `${ended.reason ?? ""} ${ended.exitCode ?? ""}`;
            const key = crashKey(pod, status.name);
            const before = previous.get(key);
            crashes.set(key, { restarts, ending, same: sameInARow({ restarts, ending }, before) });
        }
    }
    return crashes;
}

function sameInARow(now: Omit<CrashSeries, "same">, before: CrashSeries | undefined): number {
    if (before === undefined || now.restarts < before.restarts) return now.restarts;
    if (now.ending === before.ending) return before.same + now.restarts - before.restarts;
    // A different end starts the count anew, and belongs to it.
    return Math.min(1, now.restarts);
}

/** Statuses of all containers of a pod, init containers first. */
export function statusesOf({ status }: Pod): readonly ContainerStatus[] {
    return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}
