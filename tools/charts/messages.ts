import { CHARTS_DIR } from "../../components/config/paths";
import type { Problem } from "../../components/config/problems";
import { chartFile, type ChartSpec } from "../../components/config/versions";
import { isManifestChart, manifestFolder } from "./manifests";

/** A chart that no source gave. */
export interface Missing {
    readonly spec: ChartSpec;
    /** What was asked and how it answered. */
    readonly tried: readonly string[];
    /** Nobody answered at all. */
    readonly unreachable: boolean;
    readonly discarded: readonly string[];
}

/** One problem for all charts of a place that does not answer, and one for each chart that a place lacks. */
export function missingProblems(missing: readonly Missing[], place: string, mirror: boolean): readonly Problem[] {
    const away = missing.filter(({ unreachable }) => unreachable);
    const lacking = missing.filter(({ unreachable }) => !unreachable);
    const [first] = away;
    return [
        ...(first === undefined ? [] : [unreachableProblem(away, first, place, mirror)]),
        ...lacking.map((chart) => lackingProblem(chart, place, mirror)),
    ];
}

function unreachableProblem(away: readonly Missing[], first: Missing, place: string, mirror: boolean): Problem {
    const names = away.map(({ spec }) => `${spec.name} ${spec.version}`).join(", ");
    const discarded = away.flatMap((chart) => chart.discarded);
    return {
        where: mirror ? "hearth:chartMirror" : place,
        what: `${mirror ? `${place} ` : ""}is out of reach (${first.tried.join("; ")}); needed for ${names}${thrownAway(discarded)}`,
        fix: mirror ? "make it reachable, or correct the setting" : WITHOUT_INTERNET,
    };
}

function lackingProblem({ spec, tried, discarded }: Missing, place: string, mirror: boolean): Problem {
    return {
        where: mirror ? "hearth:chartMirror" : place,
        what: `${mirror ? `${place} ` : ""}has no ${spec.name} ${spec.version} (${tried.join("; ")})${thrownAway(discarded)}`,
        fix: mirror ? `put ${chartFile(spec)} there: ${howToGet(spec)}` : WITHOUT_INTERNET,
    };
}

/** How somebody with internet gets what a mirror lacks. */
function howToGet(spec: ChartSpec): string {
    if (!isManifestChart(spec)) return `helm pull ${spec.name} --repo ${spec.repository} --version ${spec.version}`;
    const files = spec.manifests.map(({ path }) => path).join(", ");
    return `make charts makes it in ${CHARTS_DIR} where there is internet; or put what it is made of into a folder ${manifestFolder(spec)}: ${files}, of ${spec.repository}`;
}

const WITHOUT_INTERNET =
    "connect to the internet, or set hearth:chartMirror to a folder or repository that has the charts";

function thrownAway(discarded: readonly string[]): string {
    return discarded.length === 0 ? "" : `; deleted as not the chart: ${discarded.join("; ")}`;
}

/** An archive that is not the chart that the registry means. */
export function mismatchProblem(
    spec: ChartSpec,
    source: string,
    { expected, found }: { readonly expected: string; readonly found: string },
    mirror: boolean,
): Problem {
    return {
        where: `chart ${spec.name} ${spec.version}`,
        what: `${source} is not that chart: expected ${expected}; found ${found}`,
        fix: mirror
            ? `replace it by the official ${isManifestChart(spec) ? "manifests" : "archive"}: ${howToGet(spec)}`
            : "do not use it: what the repository gives is not what was published; try another network, or a mirror that you trust",
    };
}
