import type { Finding, ObjectRule } from "../model/rule";
import { hiddenAt, violation, type Subject } from "../model/subject";
import { at, isHidden, textOf } from "../model/value";

/** A version that names one release and nothing else. */
const EXACT = /^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;

/** Every chart is an archive of this checkout, in one exact version. */
export const pinnedCharts: ObjectRule = {
    scope: "object",
    name: "pinned-charts",
    title: "Every chart is a local archive of one exact version",
    severity: "high",
    reason: "a chart that a run fetches can be another one tomorrow, and a preview would need the network",
    remediation:
        "pin the chart in components/config/registry.json and install it by installChart, which takes it from .hearth/charts",
    check(subject) {
        if (!isChart(subject)) return [];
        return [...chartProblems(subject), ...versionProblems(subject), ...originProblems(subject)];
    },
};

/** True for everything that Pulumi's Kubernetes provider installs a chart by. */
export function isChart({ type = "" }: Subject): boolean {
    return /^kubernetes:helm\.sh\/v\d[^:]*:(?:Release|Chart)$/.test(type);
}

function chartProblems(subject: Subject): readonly Finding[] {
    const chart = at(subject.body, "chart");
    if (isHidden(chart)) return hiddenAt(subject, ["chart"]);
    const local = /^\.\.?\//.test(textOf(chart) ?? "");
    return local ? [] : [violation(subject, ["chart"], "is no path below this checkout that begins with ./")];
}

function versionProblems(subject: Subject): readonly Finding[] {
    const version = at(subject.body, "version");
    if (isHidden(version)) return hiddenAt(subject, ["version"]);
    return EXACT.test(textOf(version) ?? "") ? [] : [violation(subject, ["version"], "is not one exact version")];
}

function originProblems(subject: Subject): readonly Finding[] {
    const repository = at(subject.body, "repositoryOpts", "repo");
    const found: Finding[] = [];
    if (typeof repository === "string" && repository !== "") {
        found.push(violation(subject, ["repositoryOpts", "repo"], "names a repository that the run would ask"));
    }
    if (at(subject.body, "devel") === true) {
        found.push(violation(subject, ["devel"], "lets versions in that are no releases"));
    }
    return found;
}
