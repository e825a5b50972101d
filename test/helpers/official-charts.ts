import { existsSync } from "node:fs";
import { join } from "node:path";
import { STAND_INS_DIR } from "../../components/config/charts";
import { chartFile, chartSpec, type ChartName } from "../../components/config/versions";
import { projectRoot } from "../../tools/lib/paths";

const MIRROR = process.env["HEARTH_TEST_CHART_MIRROR"];

/** A folder of official charts is named. Whoever needs one of them, and not just any that are there, fails without it. */
export const HAS_OFFICIAL_CHARTS = MIRROR !== undefined;

/** Why tests beside the official charts are skipped. */
export const NO_OFFICIAL_CHARTS = "HEARTH_TEST_CHART_MIRROR names no folder of official charts";

/** Path of a chart's official archive, there or not. */
export function officialChart(name: ChartName): string {
    return join(MIRROR ?? "", chartFile(chartSpec(name)));
}

export function isOfficialThere(name: ChartName): boolean {
    return HAS_OFFICIAL_CHARTS && existsSync(officialChart(name));
}

/** Path of a chart's stand-in. */
export function standInChart(name: ChartName): string {
    return join(projectRoot(), STAND_INS_DIR, name);
}

/** A chart, or several of one kind, by where they come from. */
export interface ChartsFrom {
    readonly title: string;
    readonly path: (name: ChartName) => string;
    readonly there: boolean;
}

/** The stand-ins of some charts, and the official ones where all of them are there. */
export function bothSources(...names: readonly ChartName[]): readonly ChartsFrom[] {
    const there = names.every(isOfficialThere);
    return [
        { title: "the stand-in", path: standInChart, there: true },
        { title: "the official chart", path: officialChart, there },
    ];
}
