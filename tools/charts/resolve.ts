import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { STAND_INS_DIR, type ChartPolicy } from "../../components/config/charts";
import { CHARTS_DIR, cacheDir } from "../../components/config/paths";
import { type Problem, UserError } from "../../components/config/problems";
import { chartFile, chartSpec, type ChartName, type ChartSpec } from "../../components/config/versions";
import { readIfThere, writeAtomically } from "./files";
import { readPins, writePins, type Pins } from "./lock";
import { missingProblems, type Missing, mismatchProblem } from "./messages";
import { ChartRepository } from "./repository";
import { verifyChart, type Digests, type Proof } from "./verify";

export interface ChartRequest {
    /** Absolute path of the checkout. */
    readonly project: string;
    readonly needed: readonly ChartName[];
    readonly policy: ChartPolicy;
    /** Only a simulated cluster may get stand-ins. */
    readonly simulated: boolean;
    /** `hearth:chartMirror`: asked instead of the public repositories. */
    readonly mirror?: string;
    /** Default: `<cache>/charts`. */
    readonly cache?: string;
    /** Milliseconds until a server must begin to answer. Default 5000. */
    readonly answerWithin?: number;
    /** The registry; tests give their own. */
    readonly registry?: (name: ChartName) => ChartSpec;
}

/** Where one chart came from, and why it is believed to be that chart. */
export interface ResolvedChart {
    readonly name: ChartName;
    readonly version: string;
    readonly from: "checkout" | "cache" | "mirror" | "repository" | "stand-in";
    /** File or address. */
    readonly source: string;
    /** Absent for stand-ins. */
    readonly proof?: Proof;
    readonly digests?: Digests;
    /** Archives that were thrown away because they were not this chart, in words for a user. */
    readonly discarded: readonly string[];
}

/**
 * Puts verified archives of all charts into `.hearth/charts`, from the first place that has them: the checkout, the
 * user's cache, then the mirror or, where none is set, the charts' public repositories. On a simulated cluster a
 * chart that cannot be had is left to its stand-in, unless a mirror is set: who names one wants its charts.
 *
 * Archives in checkout or cache that do not verify are deleted and fetched anew: only Hearth writes there, and the
 * program takes what lies in the checkout by its name.
 * @throws UserError with every chart that cannot be had, or that is not what the registry says
 */
export async function resolveCharts(request: ChartRequest): Promise<readonly ResolvedChart[]> {
    const specs = request.needed.map((name) => (request.registry ?? chartSpec)(name));
    if (request.policy === "stand-in" && request.simulated) return specs.map((spec) => standIn(spec, []));
    const pins = readPins(request.project);
    const groups = await Promise.all(groupBySource(specs, request).map((group) => resolveGroup(group, request, pins)));
    const problems = groups.flatMap((group) => group.problems);
    if (problems.length > 0) throw new UserError("charts cannot be had", problems);
    const charts = groups.flatMap((group) => group.charts);
    remember(request.project, pins, charts);
    return request.needed.flatMap((name) => charts.filter((chart) => chart.name === name));
}

interface Group {
    readonly repository: ChartRepository;
    readonly members: readonly ChartSpec[];
}

function groupBySource(specs: readonly ChartSpec[], request: ChartRequest): readonly Group[] {
    const addressOf = (spec: ChartSpec): string => request.mirror ?? spec.repository;
    return [...new Set(specs.map(addressOf))].map((address) => ({
        repository: new ChartRepository(address, request.project, request.answerWithin),
        members: specs.filter((spec) => addressOf(spec) === address),
    }));
}

interface GroupResult {
    readonly charts: readonly ResolvedChart[];
    readonly problems: readonly Problem[];
}

async function resolveGroup({ repository, members }: Group, request: ChartRequest, pins: Pins): Promise<GroupResult> {
    const charts: ResolvedChart[] = [];
    const missing: Missing[] = [];
    const problems: Problem[] = [];
    // One after another: a server that does not answer is waited for once.
    for (const spec of members) {
        const pinned = pins[chartFile(spec)];
        const local = await fromDisk(spec, request, pinned);
        if ("proof" in local) {
            charts.push(local);
            continue;
        }
        const { discarded } = local;
        const found = await repository.find(spec);
        if ("archive" in found) {
            const verdict = await verifyChart(spec, found.archive, pinned);
            if ("expected" in verdict) {
                problems.push(mismatchProblem(spec, found.source, verdict, request.mirror !== undefined));
                continue;
            }
            writeAtomically(checkoutFile(request, spec), found.archive);
            writeAtomically(cacheFile(request, spec), found.archive);
            const from = request.mirror === undefined ? "repository" : "mirror";
            charts.push({ ...identity(spec), from, source: found.source, ...verdict, discarded });
        } else if (request.simulated && request.policy === "auto" && request.mirror === undefined) {
            charts.push(standIn(spec, discarded));
        } else {
            missing.push({ spec, ...found, discarded });
        }
    }
    problems.push(...missingProblems(missing, repository.title, request.mirror !== undefined));
    return { charts, problems };
}

/** The chart from checkout or cache; where neither has it, what was thrown away there. */
async function fromDisk(
    spec: ChartSpec,
    request: ChartRequest,
    pinned: string | undefined,
): Promise<(ResolvedChart & { readonly proof: Proof }) | { readonly discarded: readonly string[] }> {
    const places = [
        { from: "checkout", path: checkoutFile(request, spec) },
        { from: "cache", path: cacheFile(request, spec) },
    ] as const;
    const discarded: string[] = [];
    for (const { from, path } of places) {
        const archive = readIfThere(path);
        if (archive === undefined) continue;
        const verdict = await verifyChart(spec, archive, pinned);
        if ("proof" in verdict) {
            for (const copy of places) if (!existsSync(copy.path)) writeAtomically(copy.path, archive);
            return { ...identity(spec), from, source: path, ...verdict, discarded };
        }
        rmSync(path);
        discarded.push(`${path}: expected ${verdict.expected}; found ${verdict.found}`);
    }
    return { discarded };
}

function checkoutFile(request: ChartRequest, spec: ChartSpec): string {
    return join(request.project, CHARTS_DIR, chartFile(spec));
}

function cacheFile(request: ChartRequest, spec: ChartSpec): string {
    return join(request.cache ?? join(cacheDir(), "charts"), chartFile(spec));
}

function identity(spec: ChartSpec): Pick<ResolvedChart, "name" | "version"> {
    return { name: spec.name, version: spec.version };
}

function standIn(spec: ChartSpec, discarded: readonly string[]): ResolvedChart {
    return { ...identity(spec), from: "stand-in", source: `${STAND_INS_DIR}/${spec.name}`, discarded };
}

function remember(project: string, pins: Pins, charts: readonly ResolvedChart[]): void {
    const added = charts.flatMap((chart) =>
        chart.proof === "first use" && chart.digests !== undefined ? [[chartFile(chart), chart.digests.chartHash]] : [],
    );
    if (added.length > 0) writePins(project, { ...pins, ...Object.fromEntries(added) });
}
