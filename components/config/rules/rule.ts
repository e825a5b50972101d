import type { Settings } from "../defaults";
import type { Problem } from "../problems";

/** Says what is wrong with settings whose types are right; each problem is complete in itself. */
export type Rule = (settings: Settings) => readonly Problem[];
