import type { Subject } from "./subject";

/** How bad a violation is. */
export type Severity = "low" | "medium" | "high" | "critical";

/** What a rule says about one place. */
export interface Finding {
    /** `unknown` where a value cannot be seen (yet), so that the rule can say neither. */
    readonly verdict: "violation" | "unknown";
    /** The object: `DaemonSet node-agents/otel-collector`. */
    readonly where: string;
    /** The place in it: `spec.ports[0].nodePort`; absent when the object as a whole is meant. */
    readonly at?: string;
    /** The container, volume or port that an exception may name. */
    readonly part?: string;
    /** What is wrong, as a sentence without its subject. Never a value of the object. */
    readonly what: string;
}

/** What rules know of a stack beside its objects. */
export interface Facts {
    /** Images come from archives, which know no digests. */
    readonly imagesByTag: boolean;
    /** The cluster is made by the stack, and gone with it. */
    readonly ownCluster: boolean;
}

export const USUAL_FACTS: Facts = { imagesByTag: false, ownCluster: true };

interface RuleText {
    /** Name of the rule and its file. */
    readonly name: string;
    /** What must be, as a sentence. */
    readonly title: string;
    readonly severity: Severity;
    /** Why it must be. */
    readonly reason: string;
    /** What to do about a violation, as an imperative. */
    readonly remediation: string;
}

/** A rule that judges objects one by one. */
export interface ObjectRule extends RuleText {
    readonly scope: "object";
    check(subject: Subject, facts: Facts): readonly Finding[];
}

/** A rule that judges all objects of a stack together. */
export interface StackRule extends RuleText {
    readonly scope: "stack";
    check(subjects: readonly Subject[], facts: Facts): readonly Finding[];
}

export type Rule = ObjectRule | StackRule;
