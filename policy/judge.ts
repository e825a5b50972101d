import type { Exception } from "./exceptions";
import { OBJECT_RULES, STACK_RULES } from "./rules";
import type { Facts, Finding, Rule } from "./model/rule";
import type { Subject } from "./model/subject";

/** What one rule found, after exceptions. */
export interface Judgement {
    readonly rule: Rule;
    readonly violations: readonly Finding[];
    /** What the rule could not see. */
    readonly unknowns: readonly Finding[];
    /** What would be violations, with the exception that allows each. */
    readonly excepted: readonly { readonly finding: Finding; readonly exception: Exception }[];
}

/** Sorts what a rule found. */
export function sorted(rule: Rule, findings: readonly Finding[], exceptions: readonly Exception[]): Judgement {
    const excepted: { finding: Finding; exception: Exception }[] = [];
    const violations: Finding[] = [];
    for (const finding of findings.filter(({ verdict }) => verdict === "violation")) {
        const exception = exceptions.find((one) => allows(one, rule, finding));
        if (exception === undefined) violations.push(finding);
        else excepted.push({ finding, exception });
    }
    return { rule, violations, unknowns: findings.filter(({ verdict }) => verdict === "unknown"), excepted };
}

/** Every rule over the subjects that it judges. Rules over a whole stack see all of `subjects`. */
export function judge(
    subjects: readonly Subject[],
    facts: Facts,
    exceptions: readonly Exception[],
): readonly Judgement[] {
    return [
        ...OBJECT_RULES.map((rule) =>
            sorted(
                rule,
                subjects.flatMap((subject) => rule.check(subject, facts)),
                exceptions,
            ),
        ),
        ...STACK_RULES.map((rule) => sorted(rule, rule.check(subjects, facts), exceptions)),
    ];
}

function allows({ rules, where, parts }: Exception, rule: Rule, finding: Finding): boolean {
    if (!rules.includes(rule.name) || where !== finding.where) return false;
    return parts === undefined || parts.includes(finding.part ?? "");
}

/** An exception, or a part of one, that no finding needs any more. */
export interface UnusedException {
    readonly rule: string;
    readonly where: string;
    readonly part?: string;
}

/** What of these exceptions no finding needs: each of its rules must need the object, and some rule each of its parts. */
export function unusedExceptions(
    exceptions: readonly Exception[],
    judgements: readonly Judgement[],
): readonly UnusedException[] {
    const used = judgements.flatMap(({ rule, excepted }) =>
        excepted.map(({ exception, finding }) => ({ rule: rule.name, exception, part: finding.part })),
    );
    return exceptions.flatMap((exception) => {
        const uses = used.filter((use) => use.exception === exception);
        const rules = exception.rules.filter((rule) => !uses.some((use) => use.rule === rule));
        const parts = (exception.parts ?? []).filter((part) => !uses.some((use) => use.part === part));
        const { where } = exception;
        return [
            ...rules.map((rule) => ({ rule, where })),
            ...parts.map((part) => ({ rule: exception.rules.join(), where, part })),
        ];
    });
}

/** A finding as people read it: what, where, how to fix it. */
export function messageOf(rule: Rule, { where, at, part, what }: Finding): string {
    const place = [at, part === undefined ? undefined : `(${part})`].filter((text) => text !== undefined).join(" ");
    return [`${where}${place === "" ? "" : `, ${place}`}: ${what}`, `    fix: ${rule.remediation}`].join("\n");
}
