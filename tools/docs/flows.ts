import type { Environment } from "../../components/config/environment";
import { OWN_ARCHIVES } from "../../components/config/own-images";
import { resolveConfig } from "../../components/config/resolve";
import type { PlatformConfig } from "../../components/config/schema";
import { CHART_NAMES, chartFile, chartSpec } from "../../components/config/versions";
import { flowsTable, type FlowRow } from "../../components/flows/flows-table";
import { readStackFile } from "../stack/stack-file";
import { codes, table } from "./table";

/** Flows of each stack, by its name. */
export type StackFlows = Readonly<Record<string, readonly FlowRow[]>>;

/** The documentation is the same on every machine: flows are told as they are on a Kind cluster with all charts. */
const EQUIPPED: Environment = {
    engines: ["docker"],
    charts: CHART_NAMES.map((name) => chartFile(chartSpec(name))),
    ownImages: OWN_ARCHIVES,
};

/**
 * Flows of the stacks with these names, as their files set them.
 * @throws UserError when a file is not valid
 */
export function stackFlows(project: string, stacks: readonly string[]): StackFlows {
    const configs = Object.entries(stackConfigs(project, stacks));
    return Object.fromEntries(configs.map(([stack, config]) => [stack, flowsTable(config)]));
}

/**
 * Configuration of the stacks with these names, as their files set them.
 * @throws UserError when a file is not valid
 */
export function stackConfigs(project: string, stacks: readonly string[]): Readonly<Record<string, PlatformConfig>> {
    return Object.fromEntries(
        stacks.map((stack) => [stack, resolveConfig(stack, readStackFile(project, stack).parsed, EQUIPPED)]),
    );
}

/** One table of all flows, by who begins them; what is the same in several stacks is one row. */
export function flowsOfStacksTable(flows: StackFlows): string {
    const rows = new Map<string, { readonly cells: readonly string[]; readonly stacks: string[] }>();
    for (const [stack, list] of Object.entries(flows)) {
        for (const { from, to, ports, reason } of list) {
            const cells = [from, to, ports, reason];
            const key = JSON.stringify(cells);
            const row = rows.get(key) ?? { cells, stacks: [] };
            row.stacks.push(stack);
            rows.set(key, row);
        }
    }
    const sorted = [...rows.values()].sort((a, b) => compare(a.cells, b.cells));
    return table(
        ["from", "to", "port of the pod", "why", "in stacks"],
        sorted.map(({ cells, stacks }) => [...cells, codes(stacks)]),
    );
}

/** By both ends, and not by the language of the machine. */
function compare(a: readonly string[], b: readonly string[]): number {
    const [one, other] = [a.slice(0, 2).join("\n"), b.slice(0, 2).join("\n")];
    return one < other ? -1 : one > other ? 1 : 0;
}
