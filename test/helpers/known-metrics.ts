import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const FOLDER = join(__dirname, "..", "fixtures", "metrics");

/** What Prometheus makes itself. */
const MADE_BY_PROMETHEUS = ["up", "ALERTS"];

/** Names of metrics by the program that shows them, as `test/fixtures/metrics` has them. */
export function knownMetrics(): ReadonlyMap<string, ReadonlySet<string>> {
    const files = readdirSync(FOLDER).map((file): [string, ReadonlySet<string>] => {
        const lines = readFileSync(join(FOLDER, file), "utf8").split("\n");
        return [basename(file, ".txt"), new Set(lines.filter((line) => /^[a-zA-Z_]/.test(line)))];
    });
    return new Map<string, ReadonlySet<string>>([...files, ["itself", new Set(MADE_BY_PROMETHEUS)]]);
}

const KEYWORDS = new Set(["and", "or", "unless", "by", "on", "without", "ignoring", "bool", "offset", "inf", "nan"]);

/** Names of the metrics that a PromQL expression reads. */
export function metricsIn(expr: string): readonly string[] {
    const bare = expr
        .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "")
        .replace(/\{[^}]*\}|\[[^\]]*\]/g, " ")
        .replace(/\b(?:by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ");
    const names = [...bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w)(?!\s*\()/g)].map(([name]) => name);
    return [...new Set(names.filter((name) => !KEYWORDS.has(name)))];
}
