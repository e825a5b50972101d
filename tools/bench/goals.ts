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

const WARM = 1;
const LOAD = 1.5;
const TO_PATH = 1.25;

/** dev-fast's are of the foundation's issue (4), full's of the mesh's (5), watch's of issue 7; cilium lies between. */
const GOALS: Readonly<Record<Mode, Goals>> = {
    "dev-fast": { cold: 30, warm: WARM, forced: 6, down: 5, load: LOAD, toPath: TO_PATH, memoryGiB: 3, watch: 3 },
    cilium: { cold: 60, warm: WARM, forced: 8, preview: 6, load: LOAD, toPath: TO_PATH, memoryGiB: 4, watch: 3 },
    full: { cold: 60, warm: WARM, forced: 8, preview: 6, load: LOAD, toPath: TO_PATH, memoryGiB: 4 },
};

/** The goals of a mode. */
export function goalsOf(mode: Mode): Goals {
    return GOALS[mode];
}
