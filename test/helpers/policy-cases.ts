import assert from "node:assert/strict";
import { messageOf } from "../../policy/judge";
import { USUAL_FACTS, type Facts, type Finding, type Rule } from "../../policy/model/rule";
import { resourceSubject, type ResourceOptions, type Subject } from "../../policy/model/subject";
import { UNKNOWN, type Fields, type Value } from "../../policy/model/value";

/** Text that stands for any value of a user; no message may tell it. */
export const CANARY = "canary-4711";

/** An object in the cluster, as the program registers it. */
export function object(kind: string, body: Fields, metadata: Fields = { name: "case", namespace: "apps" }): Subject {
    return resourceSubject({
        type: `kubernetes:any/v1:${kind}`,
        name: "case",
        body: { apiVersion: "any/v1", kind, metadata, ...body },
    });
}

/** A Deployment with one container, and changes to that and to its pod. */
export function deployment(container: Fields = {}, pod: Fields = {}): Subject {
    const spec = { containers: [{ name: "main", ...container }], ...pod };
    return object("Deployment", { spec: { template: { spec } } }, { name: "web", namespace: "apps" });
}

/** A Pulumi resource that is no object in the cluster. */
export function resource(type: string, body: Fields, options: Partial<ResourceOptions> = {}): Subject {
    return resourceSubject(
        { type, name: "case", body },
        {
            deletedWith: UNKNOWN,
            deleteBeforeReplace: true,
            secretOutputs: [],
            provider: "cluster-provider",
            ...options,
        },
    );
}

export const RELEASE = "kubernetes:helm.sh/v3:Release";
export const COMMAND = "command:local:Command";

/** What a rule finds: `violation spec.x`, `unknown spec.y`. */
export function found(
    rule: Rule,
    subjects: Subject | readonly Subject[],
    facts: Facts = USUAL_FACTS,
): readonly string[] {
    return findings(rule, subjects, facts).map(({ verdict, at = "" }) => `${verdict} ${at}`.trim());
}

function findings(rule: Rule, subjects: Subject | readonly Subject[], facts: Facts): readonly Finding[] {
    const list = isOne(subjects) ? [subjects] : subjects;
    const all = rule.scope === "stack" ? rule.check(list, facts) : list.flatMap((one) => rule.check(one, facts));
    for (const one of all) assertQuiet(rule, one);
    return all;
}

function isOne(subjects: Subject | readonly Subject[]): subjects is Subject {
    return !Array.isArray(subjects);
}

/** A message may name objects and places, and never what stands there. */
function assertQuiet(rule: Rule, finding: Finding): void {
    const message = messageOf(rule, finding);
    assert.match(message, /\n {4}fix: ./);
    assert.ok(!message.includes(CANARY), `${rule.name} tells a value: ${message}`);
}

/** `value` at a path in a map that has nothing else. */
export function nested(path: readonly string[], value: Value): Fields {
    const [first = "", ...rest] = path;
    return { [first]: rest.length === 0 ? value : nested(rest, value) };
}
