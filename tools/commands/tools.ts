import { ensureTools, neededTools, type ToolName } from "../install/ensure";
import { toolTable } from "../install/report";
import { isCluster } from "../install/needs";
import { TOOL_NAMES } from "../install/tool-spec";
import { type Command, type ParsedArgs, UsageError } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { readPlan } from "../stack/plan";
import { TEST_PROGRAMS } from "../test-programs";

export const command: Command = {
    summary: "find or install the pinned tools",
    usage: `Usage: node tools/run.js tools [--stack NAME] [--cluster KIND] [--all] [--refresh] [--json]

Finds the tools that a stack needs, installs what is missing, and prints where each came from: PATH,
the cache, the official release (checksum verified), or a build from the pinned sources. On a
machine that cannot reach the releases that takes about 20 minutes on 2 cores, once; it can be
interrupted and goes on where it was.

  --stack NAME    whose tools (default dev-fast)
  --cluster KIND  those for this kind of cluster instead: kind, kwok or existing
  --all           every tool of the registry (tools/registry.ts), but what test-programs runs
  --refresh       looks for all of them again, also for releases in place of stand-ins
  --json          prints JSON

HEARTH_OFFLINE=1 skips downloads of releases; HEARTH_CACHE_DIR is where everything goes
(default ~/.cache/hearth).`,
    options: { cluster: "value", all: "flag", refresh: "flag", json: "flag" },
    async run(args) {
        const tools = await ensureTools(wanted(args), { refresh: args.flags.has("refresh") });
        console.log(args.flags.has("json") ? JSON.stringify(tools, undefined, 4) : toolTable(tools));
        return 0;
    },
};

function wanted({ stack, flags, values }: ParsedArgs): readonly ToolName[] {
    if (flags.has("all")) return TOOL_NAMES.filter((name) => TEST_PROGRAMS.every((program) => program.name !== name));
    const cluster = values.get("cluster");
    if (cluster === undefined) return neededTools({ cluster: readPlan(projectRoot(), stack).provider });
    if (isCluster(cluster)) return neededTools({ cluster });
    const problem = { where: "--cluster", what: `${cluster} is no kind of cluster`, fix: "use kind, kwok or existing" };
    throw new UsageError("tools cannot do that", [problem]);
}
