import { join } from "node:path";
import { chartsOf } from "../../components/config/charts";
import { layersOf } from "../../components/config/layers";
import { CHARTS_DIR, cacheDir } from "../../components/config/paths";
import { UserError } from "../../components/config/problems";
import { CHART_NAMES, type ChartName } from "../../components/config/versions";
import { chartTable } from "../charts/report";
import { resolveCharts } from "../charts/resolve";
import { stampStandIns } from "../charts/stamp";
import type { Command, ParsedArgs } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { readStackFile, type StackFile } from "../stack/stack-file";

export const command: Command = {
    summary: "fetch and verify the official charts",
    usage: `Usage: node tools/run.js charts [--stack NAME] [--all] [--mirror WHERE] [--stamp]

Puts the official charts of a stack into this checkout and into the cache, so that make up needs
no network for them, and prints where each came from and how it was verified. Fails when one
cannot be had or is not what the registry (components/config/registry.json) says. What a project
publishes as plain manifests is made into a chart; .hearth/charts can serve as a mirror elsewhere.

  --stack NAME    whose layers and hearth:chartMirror count (default dev-fast)
  --all           every chart of the registry instead of those of the stack's layers
  --mirror WHERE  instead of hearth:chartMirror: a folder, http(s)://… or oci://…
  --stamp         only writes the content hashes into the stand-in charts' versions`,
    options: { all: "flag", mirror: "value", stamp: "flag" },
    run: (args) => (args.flags.has("stamp") ? stamp() : fetchCharts(args)),
};

function stamp(): Promise<number> {
    const changed = stampStandIns(projectRoot());
    console.log(changed.length === 0 ? "all stand-in charts carry their hash" : `stamped ${changed.join(", ")}`);
    return Promise.resolve(0);
}

async function fetchCharts({ stack: name, flags, values }: ParsedArgs): Promise<number> {
    const project = projectRoot();
    const stack = readStackFile(project, name);
    if (stack.parsed.problems.length > 0) {
        throw new UserError(`stack ${stack.stack} is not valid`, stack.parsed.problems);
    }
    const mirror = values.get("mirror") ?? stack.settings.chartMirror;
    const charts = await resolveCharts({
        project,
        needed: flags.has("all") ? CHART_NAMES : chartsOfStack(stack),
        // Whoever asks for charts means the official ones, whatever cluster the stack runs on.
        policy: "official",
        simulated: false,
        ...(mirror === undefined ? {} : { mirror }),
    });
    console.log(chartTable(charts));
    console.log(`\n${charts.length} charts in ${CHARTS_DIR} and ${join(cacheDir(), "charts")}`);
    return 0;
}

function chartsOfStack({ settings }: StackFile): readonly ChartName[] {
    return chartsOf(layersOf(settings));
}
