import type { ResolvedChart } from "./resolve";

/** One line per chart: name, version, where from, how verified; below it what was thrown away. */
export function chartTable(charts: readonly ResolvedChart[]): string {
    const rows = charts.map((chart) => [chart.name, chart.version, chart.from, howVerified(chart)]);
    const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
    return rows
        .flatMap((row, index) => [
            row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "),
            ...(charts[index]?.discarded ?? []).map((text) => `    deleted, as it was not this chart: ${text}`),
        ])
        .join("\n");
}

function howVerified({ proof, digests }: ResolvedChart): string {
    switch (proof) {
        case "archive digest":
            return `official archive, sha256 ${digests?.sha256}`;
        case "content hash":
            return `official content, ${digests?.chartHash}`;
        case "manifest digests":
            return `made of the official manifests, each with its published sha256, ${digests?.chartHash}`;
        case "first use":
            return `no digest is published: trusted on first use and pinned, ${digests?.chartHash}`;
        case "pinned on first use":
            return `no digest is published: same as on first use, ${digests?.chartHash}`;
        case undefined:
            return "stand-in of Hearth's own writing, for simulated clusters";
    }
}
