import { readFileSync } from "node:fs";
import { join } from "node:path";
import { benchPlatform } from "../bench/platform";
import { benchFreshClone } from "../bench/fresh-clone";
import { type Command, UsageError } from "../lib/command";
import { projectRoot } from "../lib/paths";

export const command: Command = {
    summary: "measure what the README promises",
    usage: `Usage: node tools/run.js bench [--stack NAME] [--runs N] [--json] [--second-clone] [--bare-machine]

Measures the stack on the simulated cluster with stand-in charts, in a copy of this checkout: cold up,
unchanged up (warm, and with --force), preview, down, the program's start, the critical path by name, and the
peak of memory. Prints medians with their spread beside the goals. Nothing of your stacks is touched.

  --stack NAME    the stack (default dev-fast)
  --runs N        how often each is measured (default 5)
  --json          prints JSON too
  --second-clone  instead: a fresh clone with full caches, from git clone to the end of make up
  --bare-machine  instead: the same with empty caches, which builds every tool (about 20 minutes)`,
    options: { runs: "value", json: "flag", "second-clone": "flag", "bare-machine": "flag" },
    async run({ stack, flags, values }) {
        const runs = runsOf(values.get("runs") ?? "5");
        const report = (line: string): void => console.log(line);
        report(`${machineLine()}\n`);
        const clones = (["second-clone", "bare-machine"] as const).filter((flag) => flags.has(flag));
        const figures =
            clones.length === 0
                ? await benchPlatform(projectRoot(), stack, runs, report)
                : await benchFreshClone(projectRoot(), stack, clones, report);
        if (flags.has("json")) console.log(JSON.stringify(figures, undefined, 4));
        return figures.every(({ goal, summary }) => goal === undefined || summary.median <= goal) ? 0 : 1;
    },
};

function runsOf(text: string): number {
    const runs = Number(text);
    if (Number.isInteger(runs) && runs >= 1 && runs <= 100) return runs;
    const problem = { where: "--runs", what: `${text} is not between 1 and 100`, fix: "give a whole number" };
    throw new UsageError("bench cannot do that", [problem]);
}

function machineLine(): string {
    const cpu = /^model name\s*:\s*(.+)$/m.exec(read("/proc/cpuinfo"))?.[1] ?? process.arch;
    const cores = (read("/proc/cpuinfo").match(/^processor/gm) ?? []).length;
    return `${process.platform}, ${cpu}${cores === 0 ? "" : `, ${cores} cores`}, Node ${process.versions.node}`;
}

function read(path: string): string {
    try {
        return readFileSync(join(path), "utf8");
    } catch {
        return "";
    }
}
