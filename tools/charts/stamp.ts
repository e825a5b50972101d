import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { STAND_INS_DIR } from "../../components/config/charts";
import { CHART_NAMES, chartSpec, type ChartName } from "../../components/config/versions";
import { sha256 } from "../../components/core/hash";
import { writeAtomically } from "./files";
import { narHash } from "./nar";

const VERSION_LINE = /^version: .*$/m;

/** Hexadecimal digits of a stand-in's content hash in its version. */
const DIGITS = 12;

/** The version that a stand-in has, and the one that its content and the official chart's version call for. */
export interface Stamp {
    readonly name: ChartName;
    readonly found: string;
    readonly expected: string;
}

/** The stamps of all stand-ins that are there; a test misses those that are not. */
export function standInStamps(project: string): readonly Stamp[] {
    const there = CHART_NAMES.filter((name) => existsSync(join(project, STAND_INS_DIR, name)));
    return there.map((name) => {
        const folder = join(project, STAND_INS_DIR, name);
        const files = new Map(filesOf(folder).map((path) => [path, readFileSync(join(folder, path))]));
        const head = files.get("Chart.yaml")?.toString("utf8") ?? "";
        // The version itself is left out of what it stands for.
        files.set("Chart.yaml", Buffer.from(head.replace(VERSION_LINE, "version: 0.0.0")));
        const content = sha256(narHash(files)).slice(0, DIGITS);
        return {
            name,
            found: VERSION_LINE.exec(head)?.[0].slice("version: ".length) ?? "",
            expected: `${chartSpec(name).version}+stand-in.${content}`,
        };
    });
}

/** Writes the expected versions into the stand-ins; returns the names of those that changed. */
export function stampStandIns(project: string): readonly ChartName[] {
    const stale = standInStamps(project).filter(({ found, expected }) => found !== expected);
    for (const { name, expected } of stale) {
        const path = join(project, STAND_INS_DIR, name, "Chart.yaml");
        writeAtomically(path, readFileSync(path, "utf8").replace(VERSION_LINE, `version: ${expected}`));
    }
    return stale.map(({ name }) => name);
}

function filesOf(folder: string): readonly string[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
}
