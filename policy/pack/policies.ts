import type { PolicyConfigSchema, Policies, PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import type { Exception } from "../exceptions";
import { messageOf, sorted } from "../judge";
import type { Facts, Finding, Rule } from "../model/rule";
import { resourceSubject, type Subject } from "../model/subject";
import { UNKNOWN } from "../model/value";
import { configuredExceptions, EXCEPTIONS_SCHEMA } from "./config";
import { bodyOf } from "./marks";
import { Unseen } from "./unseen";

/** Name of the policy that tells what the others could not see. */
export const UNSEEN = "unseen-values";

export interface PackOptions {
    /** The named list, to which Pulumi's configuration of a policy adds. */
    readonly exceptions: readonly Exception[];
    readonly facts: Facts;
}

const CONFIG_SCHEMA: PolicyConfigSchema = { properties: { exceptions: EXCEPTIONS_SCHEMA } };

/** Rules as Pulumi's policies, and one more that tells what they could not see. */
export function policiesOf(rules: readonly Rule[], { exceptions, facts }: PackOptions): Policies {
    const unseen = new Unseen();
    const told = (rule: Rule, findings: readonly Finding[], config: object): readonly Finding[] => {
        unseen.note(rule, findings);
        return sorted(rule, findings, [...exceptions, ...configuredExceptions(rule, config)]).violations;
    };
    return [
        ...rules.map((rule): Policies[number] => {
            const { name, title, severity, reason, remediation } = rule;
            const text = {
                name,
                displayName: title,
                description: `${title}: ${reason}.`,
                severity,
                remediationSteps: remediation,
                configSchema: CONFIG_SCHEMA,
            };
            if (rule.scope === "object") {
                return {
                    ...text,
                    validateResource: (args, report) => {
                        for (const one of told(rule, rule.check(subjectOf(args), facts), args.getConfig())) {
                            report(messageOf(rule, one));
                        }
                    },
                };
            }
            return {
                ...text,
                validateStack: ({ resources, getConfig }, report) => {
                    const subjects = resources.map(subjectOf);
                    for (const one of told(rule, rule.check(subjects, facts), getConfig())) {
                        report(messageOf(rule, one), subjects.find(({ where }) => where === one.where)?.urn);
                    }
                },
            };
        }),
        {
            name: UNSEEN,
            displayName: "What was not known is told",
            description:
                "Values that are not known in a preview, and what the engine tells no policy, were not judged.",
            severity: "low",
            // What is not known is no mistake.
            enforcementLevel: "advisory",
            validateStack: (_, report) => {
                for (const line of unseen.lines()) report(line);
            },
        },
    ];
}

/** A resource as the SDK shows it to policies. */
type Shown = Pick<ResourceValidationArgs & PolicyResource, "type" | "name" | "urn" | "props" | "opts"> &
    Partial<Pick<ResourceValidationArgs, "provider">>;

function subjectOf({ type, name, urn, props, opts, provider }: Shown): Subject {
    return resourceSubject(
        { type, name, urn, body: bodyOf(props) },
        {
            // The engine does not tell policies.
            deletedWith: UNKNOWN,
            deleteBeforeReplace: opts.deleteBeforeReplace ?? false,
            secretOutputs: opts.additionalSecretOutputs,
            ...(provider === undefined ? {} : { provider: provider.name }),
        },
    );
}
