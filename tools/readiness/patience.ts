import type { Cause } from "./causes/cause";
import type { Judgement, Verdict } from "./judge";

/**
 * How long nothing anywhere may change for the better before the gate gives up, in milliseconds. What may be quiet for
 * longer has a patience of its own (pulls, probes, grace periods, the kubelet's back-off); the rest are steps of
 * seconds: scheduling, binding a volume, starting a process, a probe. The slowest of them measured is Loki's start
 * without the shortened delays, 47 seconds, and the longest wait between two tries of a server that is to crash less
 * than four times is 40 seconds.
 */
export const QUIET_MS = 120_000;

/**
 * How long a definite cause is held before the gate fails, in milliseconds: by then the other workloads with the same
 * mistake have shown theirs, and all are told at once. It also takes the edge off watches of different kinds, which do
 * not arrive in one order.
 */
export const SETTLE_MS = 2000;

/** The limits, for tests that cannot wait for so long. */
export interface PatienceLimits {
    readonly quiet: number;
    readonly settle: number;
}

const LIMITS: PatienceLimits = { quiet: QUIET_MS, settle: SETTLE_MS };

/** Whether to go on. */
export type Outcome =
    | { readonly state: "ready" }
    /** `until`: when to judge again at the latest, on the same clock as `now`. */
    | { readonly state: "waiting"; readonly until: number }
    | { readonly state: "failed"; readonly causes: readonly Cause[] };

/** Decides when waiting has become pointless: at a cause that stays, or when nothing gets better any more. */
export class Patience {
    private progressAt: number;
    private definiteSince: number | undefined;

    /** `now` in milliseconds, of any clock that only moves forward. */
    public constructor(
        now: number,
        private readonly limits: PatienceLimits = LIMITS,
    ) {
        this.progressAt = now;
    }

    /** Says that what kept the gate from seeing progress is over: the API server answers again. */
    public forgive(now: number): void {
        this.progressAt = now;
    }

    public observe(judgement: Judgement, now: number): Outcome {
        if (judgement.progressed) this.progressAt = now;
        const definite = causesOf(judgement).filter((cause) => cause.definite);
        if (isReady(judgement)) return { state: "ready" };
        this.definiteSince = definite.length === 0 ? undefined : (this.definiteSince ?? now);
        const settled = (this.definiteSince ?? Number.POSITIVE_INFINITY) + this.limits.settle;
        if (now >= settled) return { state: "failed", causes: definite };
        const quietUntil = this.progressAt + quiet(judgement.verdicts, this.limits);
        if (now >= quietUntil)
            return { state: "failed", causes: standstill(judgement.verdicts, now - this.progressAt) };
        return { state: "waiting", until: Math.min(settled, quietUntil) };
    }
}

/** True when there is nothing more to wait for. */
export function isReady({ verdicts, causes }: Pick<Judgement, "verdicts" | "causes">): boolean {
    return causes.length === 0 && verdicts.every(({ state }) => state === "ready");
}

/** All causes of a judgement. */
export function causesOf({ verdicts, causes }: Pick<Judgement, "verdicts" | "causes">): readonly Cause[] {
    return [...verdicts.flatMap((verdict) => (verdict.state === "stalled" ? verdict.causes : [])), ...causes];
}

function quiet(verdicts: readonly Verdict[], limits: PatienceLimits): number {
    const longer = verdicts.map((verdict) => (verdict.state === "ready" ? 0 : verdict.patience));
    return limits.quiet + Math.max(0, ...longer);
}

/** Causes of a standstill: those that are known, and for the rest what they wait for. */
function standstill(verdicts: readonly Verdict[], ms: number): readonly Cause[] {
    const since = `${Math.round(ms / 1000)} s`;
    return verdicts.flatMap((verdict): readonly Cause[] => {
        if (verdict.state === "ready") return [];
        if (verdict.state === "stalled") return verdict.causes;
        const { kind, workload, waitsFor } = verdict;
        const [namespace = ""] = workload.split("/");
        return [
            {
                problem: {
                    where: `${kind} ${workload}`,
                    what: `nothing has changed for ${since}; it waits for ${waitsFor}`,
                    fix: `see \`kubectl -n ${namespace} describe pods\` and \`kubectl -n ${namespace} get events\``,
                },
                definite: false,
                brief: waitsFor,
            },
        ];
    });
}
