import type { Mode } from "../../components/config/schema";

/** What is promised of a simulated stack with stand-in charts on 2 cores; seconds, but for toPath and memoryGiB. */
export interface Goals {
    readonly cold: number;
    readonly warm: number;
    readonly forced: number;
    readonly preview?: number;
    readonly down?: number;
    readonly load: number;
    readonly toPath: number;
    readonly memoryGiB: number;
    readonly watch?: number;
}

/** The same in every mode. */
const COMMON = { warm: 1, load: 1.5, toPath: 1.25 } as const;

/** Of a stack with Cilium: the issue of the mesh (5) has them for full, and nobody others for cilium. */
const LARGE = { ...COMMON, cold: 60, forced: 8, preview: 6, memoryGiB: 4 } as const;

/** The goal of make watch, of issue 7. Where Argo CD delivers, it is not measured. */
const WATCH = 3;

const GOALS: Readonly<Record<Mode, Goals>> = {
    // Of the foundation's issue (4).
    "dev-fast": { ...COMMON, cold: 30, forced: 6, down: 5, memoryGiB: 3, watch: WATCH },
    cilium: { ...LARGE, watch: WATCH },
    full: LARGE,
};

/** The goals of a mode. */
export function goalsOf(mode: Mode): Goals {
    return GOALS[mode];
}
