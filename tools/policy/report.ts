import type { Problem } from "../../components/config/problems";
import { messageOf } from "../../policy/judge";
import { UNSEEN } from "../../policy/pack/policies";
import { ruleNamed } from "../../policy/rules";
import type { ChartReport } from "./charts";
import type { PolicyConfig } from "./config";
import type { EngineFinding } from "./events";

/** What a report is made of. */
export interface ReportInput {
    readonly stack: string;
    /** Violations that the engine told, and those of the state. */
    readonly findings: readonly EngineFinding[];
    readonly resources: number;
    readonly charts: ChartReport;
    readonly config: PolicyConfig;
}

export interface Report {
    readonly text: string;
    /** Violations that may not be. */
    readonly failures: number;
}

/** A report for people: per rule what is wrong, where and how to fix it; then what could not be judged. Never a value. */
export function policyReport({ stack, findings, resources, charts, config }: ReportInput): Report {
    const told = [...findings.filter(({ rule }) => rule !== UNSEEN), ...chartFindings(charts, config)];
    const mandatory = told.filter(({ level }) => level === "mandatory").length;
    const failures = mandatory + charts.dangling.length;
    const excepted = charts.judgements.reduce((sum, one) => sum + one.excepted.length, 0);
    const unseen = [...findings.filter(({ rule }) => rule === UNSEEN).map(({ message }) => message), ...charts.unseen];
    const lines = [
        `policies of stack ${stack}: ${resources} resources, ${charts.objects} objects of ${charts.releases} charts`,
        "",
        ...ruleLines(told),
        ...danglingLines(charts.dangling),
        ...(unseen.length === 0
            ? []
            : ["not judged, since it is not known here:", ...unseen.map((line) => `  - ${line}`), ""]),
        `${failures} violations, ${told.length - mandatory} advisory ones, ${excepted} in charts that are allowed by name (policy/exceptions.ts)`,
    ];
    return { text: lines.join("\n"), failures };
}

function chartFindings({ judgements }: ChartReport, config: PolicyConfig): readonly EngineFinding[] {
    return judgements.flatMap(({ rule, violations }) => {
        const level = config.level(rule);
        if (level === "disabled") return [];
        return violations.map((finding) => ({ rule: rule.name, level, message: messageOf(rule, finding) }));
    });
}

function ruleLines(findings: readonly EngineFinding[]): readonly string[] {
    return [...new Set(findings.map(({ rule }) => rule))].flatMap((name) => {
        const own = findings.filter(({ rule }) => rule === name);
        const rule = ruleNamed(name);
        const title = rule === undefined ? name : `${name} (${rule.severity}): ${rule.title}`;
        return [
            title,
            ...(rule === undefined ? [] : [`  why: ${rule.reason}`]),
            ...own.flatMap(({ message, level }) => {
                const [first = "", ...rest] = message.split("\n");
                return [
                    `  - ${level === "mandatory" ? "" : "(advisory) "}${first}`,
                    ...rest.map((line) => `  ${line}`),
                ];
            }),
            "",
        ];
    });
}

function danglingLines(problems: readonly Problem[]): readonly string[] {
    if (problems.length === 0) return [];
    const lines = problems.flatMap(({ where, what, fix }) => [`  - ${where}: ${what}`, `      fix: ${fix}`]);
    return ["references: every object that another one names is there", ...lines, ""];
}
