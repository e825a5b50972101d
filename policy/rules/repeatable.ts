import { COMMAND } from "../model/kind-cluster";
import type { Finding, ObjectRule } from "../model/rule";
import { kindOf, nameOf, unknown, violation, type Subject } from "../model/subject";
import { at, entriesOf, isHidden, itemsOf, textOf } from "../model/value";
import { isChart } from "./pinned-charts";

/** A second run changes nothing, and one that follows a failure goes on where that ended. */
export const repeatable: ObjectRule = {
    scope: "object",
    name: "repeatable",
    title: "Every release, command and object is fit for a second run",
    severity: "medium",
    reason: "a run that was cut off is repeated; names that are drawn, hooks that stay and scripts that go on after an error make two of everything, or fail",
    remediation:
        "use installChart and runCommand, name objects yourself, and have hooks deleted before they are made again",
    check(subject) {
        if (isChart(subject)) return releaseFindings(subject);
        if (subject.type === COMMAND) return commandFindings(subject);
        return kindOf(subject) === undefined ? [] : objectFindings(subject);
    },
};

function releaseFindings(subject: Subject): readonly Finding[] {
    const { body, options } = subject;
    const named = ["name", "namespace"].flatMap((field): readonly Finding[] => {
        const value = at(body, field);
        if (isHidden(value)) return [unknown(subject, [field])];
        return textOf(value) ? [] : [violation(subject, [field], "is not set, so that one is drawn")];
    });
    const namespace =
        at(body, "createNamespace") === true
            ? [violation(subject, ["createNamespace"], "makes a namespace that no resource owns")]
            : [];
    const replaced =
        options !== undefined && !options.deleteBeforeReplace
            ? [violation(subject, ["deleteBeforeReplace"], "is not set, so that a replacement meets its own name")]
            : [];
    return [...named, ...namespace, ...replaced];
}

function commandFindings(subject: Subject): readonly Finding[] {
    const { body, options } = subject;
    const interpreter = at(body, "interpreter");
    if (isHidden(interpreter)) return [unknown(subject, ["interpreter"])];
    const flags = itemsOf(interpreter).filter((flag) => typeof flag === "string");
    const stops = flags.some((flag) => /^-[a-z]*e[a-z]*$/.test(flag)) && flags.includes("pipefail");
    const wrong: readonly (readonly [boolean, string, string])[] = [
        [!stops, "interpreter", "goes on after a command that failed"],
        [
            at(body, "addPreviousOutputInEnv") !== false,
            "addPreviousOutputInEnv",
            "is not false, so that a second run sees another environment than the first",
        ],
        [
            body["delete"] !== undefined && options?.deleteBeforeReplace === false,
            "deleteBeforeReplace",
            "is not set, so that the old one's delete takes away what the new one has made",
        ],
    ];
    return wrong.filter(([bad]) => bad).map(([, field, what]) => violation(subject, [field], what));
}

const HOOK = "helm.sh/hook";
const HOOK_DELETION = "helm.sh/hook-delete-policy";

function objectFindings(subject: Subject): readonly Finding[] {
    const name = at(subject.body, "metadata", "name");
    const found: Finding[] = [];
    if (isHidden(name)) found.push(unknown(subject, ["metadata", "name"]));
    else if (nameOf(subject) === undefined) {
        found.push(violation(subject, ["metadata", "name"], "is not set, so that each run draws another one"));
    }
    const annotations = new Map(entriesOf(at(subject.body, "metadata", "annotations")));
    const hook = textOf(annotations.get(HOOK));
    const deletion = textOf(annotations.get(HOOK_DELETION)) ?? "before-hook-creation";
    if (hook !== undefined && !deletion.includes("before-hook-creation") && !deletion.includes("hook-succeeded")) {
        found.push(
            violation(subject, ["metadata", "annotations", HOOK_DELETION], "leaves the hook for the next run to meet"),
        );
    }
    return found;
}
