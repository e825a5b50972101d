import { stripVTControlCharacters } from "node:util";
import type { Problem } from "../../../components/config/problems";
import type { Pod } from "../objects";
import type { Facts } from "../snapshot";
import type { Workload } from "../workloads";

/** What keeps a workload from being ready. */
export interface Cause {
    readonly problem: Problem;
    /** It does not go away by waiting. */
    readonly definite: boolean;
    /** A few words for the progress line. */
    readonly brief: string;
    /** Whose last log lines tell more. */
    readonly log?: LogReference;
    /** How long nothing may change before it counts, in milliseconds, where that is longer than usual. */
    readonly patience?: number;
}

/** A container's log; `previous` is that of its last run, not of the present one. */
export interface LogReference {
    readonly namespace: string;
    readonly pod: string;
    readonly container: string;
    readonly previous: boolean;
}

/** One pod with what there is to know about it. */
export interface PodContext {
    readonly facts: Facts;
    readonly workload: Workload;
    readonly pod: Pod;
}

/**
 * The kubelet tries a failed image or a crashed container again at the latest after 5 minutes (its maximal back-off);
 * an attempt takes a moment more. Milliseconds.
 */
export const NEXT_TRY_MS = 330_000;

/** `StatefulSet storage/garage, pod garage-0, container garage`. */
export function where({ kind, name }: Workload, pod?: Pod, container?: string): string {
    const parts = [
        `${kind} ${name}`,
        ...(pod === undefined || kind === "Pod" ? [] : [`pod ${pod.metadata.name}`]),
        ...(container === undefined ? [] : [`container ${container}`]),
    ];
    return parts.join(", ");
}

/** The command that tells all about a pod. */
export function describePod({ metadata }: Pod): string {
    return `\`kubectl -n ${metadata.namespace ?? "default"} describe pod ${metadata.name}\``;
}

/** A message of the cluster as one line: no line breaks, no control characters, without an end beyond `length`. */
export function oneLine(message: string, length = 400): string {
    const text = stripVTControlCharacters(message)
        .replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")
        .replace(/ {2,}/g, " ")
        .trim();
    return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
